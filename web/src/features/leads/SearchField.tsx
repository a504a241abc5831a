import { CloseButton, Loader, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type Ref, useState } from "react";
import { leads as words } from "@/texts/leads";

const PAUSE_MS = 300;
const MOST_CHARACTERS = 200;

type Props = { q: string; search: (q: string) => void; busy: boolean; field: Ref<HTMLInputElement> };

/** Searches as one types, once there is a pause. */
export function SearchField({ q, search, busy, field }: Props) {
  const [typed, setTyped] = useState(q);
  const [known, setKnown] = useState(q);
  if (q !== known) {
    // Another view was chosen meanwhile; not what this field itself has just asked for.
    setKnown(q);
    if (q !== typed.trim()) setTyped(q);
  }
  const later = useDebouncedCallback((text: string) => search(text.trim()), PAUSE_MS);
  function clear() {
    setTyped("");
    later("");
    later.flush();
  }
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label={words.search.label}
      placeholder={words.search.placeholder}
      maxLength={MOST_CHARACTERS}
      leftSection={busy && typed ? <Loader size={14} /> : <IconSearch size={16} aria-hidden />}
      rightSection={typed ? <CloseButton size="sm" aria-label={words.search.clear} onClick={clear} /> : null}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          if (typed) clear();
          else event.currentTarget.blur();
        } else if (event.key === "Enter") later.flush();
      }}
      style={{ flex: "1 1 240px", maxWidth: 460 }}
    />
  );
}

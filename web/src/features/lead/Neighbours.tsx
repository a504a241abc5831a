import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { type HotkeyItem, useHotkeys } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useRef } from "react";
import { listed } from "@/lib/order";
import { usePreferences } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { lead as words } from "@/texts/lead";

/** To the lead before and after, in the order of the table that one came from. Keys: k and j, or [ and ]. */
export function Neighbours({ id, go }: { id: number; go: (id: number) => void }) {
  const ids = useStore(listed);
  const [{ shortcuts }] = usePreferences();
  const at = ids.indexOf(id);
  const before = at > 0 ? ids[at - 1] : undefined;
  const after = at < 0 ? undefined : ids[at + 1];
  const bar = useRef<HTMLDivElement>(null);
  const to = (one: number | undefined) => one !== undefined && go(one);
  const press = (one: number | undefined) => {
    // Not beneath a dialogue that asks about the lead that is shown.
    const own = bar.current?.closest("[role=dialog]") ?? null;
    if ([...document.querySelectorAll("[role=dialog]")].every((dialog) => dialog === own)) to(one);
  };
  const keys: [string, number | undefined][] = [["j", after], ["]", after], ["k", before], ["[", before]];
  useHotkeys(shortcuts ? keys.map(([key, one]): HotkeyItem => [key, () => press(one)]) : []);
  if (at < 0) return null;
  return (
    <Group ref={bar} gap={4} wrap="nowrap">
      <Tooltip label={words.previous}>
        <ActionIcon variant="subtle" color="gray" aria-label={words.previous} disabled={before === undefined} onClick={() => to(before)}>
          <IconChevronUp size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Text size="xs" c="dimmed" className="numbers">
        {words.place(at + 1, ids.length)}
      </Text>
      <Tooltip label={words.next}>
        <ActionIcon variant="subtle" color="gray" aria-label={words.next} disabled={after === undefined} onClick={() => to(after)}>
          <IconChevronDown size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

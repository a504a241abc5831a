import { Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useState } from "react";
import { conflicts } from "@/lib/edits";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { useDraft } from "./drafts";
import { useEdit } from "./useEdit";

const MOST_CHARACTERS = 20_000;

/** The team's notes. What is typed is a draft of this tab until it was saved, and nobody else's change is written over it, nor it over theirs. */
export function Notes({ lead, editable }: { lead: Lead; editable: boolean }) {
  const [draft, setDraft] = useDraft(`notes.${lead.id}`);
  // The lead as it was when one began to type: what the service compares with.
  const [seen, setSeen] = useState<Lead>(lead);
  const [saving, setSaving] = useState(false);
  const edit = useEdit(draft === null ? lead : seen);
  const stored = lead.internal_notes ?? "";

  async function save() {
    // While the merge dialogue asks, which takes the focus from here, it is that which saves.
    if (draft === null || saving || conflicts.get().some(({ id }) => id === lead.id)) return;
    if (draft.trim() === stored.trim()) return setDraft(null);
    setSaving(true);
    // After a conflict the draft stays: the merge dialogue says what becomes of it.
    if (await edit({ internal_notes: draft.trim() || null })) setDraft(null);
    setSaving(false);
  }

  return (
    <Stack gap="xs" component="section" aria-label={words.notes.title}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {words.notes.title}
        </Title>
        <Text size="xs" c="dimmed" role="status">
          {draft === null ? "" : words.notes.unsaved}
        </Text>
      </Group>
      {editable ? (
        <>
          <Textarea
            aria-label={words.notes.label}
            placeholder={words.notes.placeholder}
            autosize
            minRows={3}
            maxRows={14}
            maxLength={MOST_CHARACTERS}
            value={draft ?? stored}
            onChange={(event) => {
              if (draft === null) setSeen(lead);
              setDraft(event.currentTarget.value);
            }}
            onBlur={() => void save()}
            onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === "Enter" && void save()}
          />
          {draft !== null && (
            <Group gap="xs">
              <Button size="xs" loading={saving} onClick={() => void save()}>
                {common.save}
              </Button>
              <Button size="xs" variant="subtle" onMouseDown={(event) => event.preventDefault()} onClick={() => setDraft(null)}>
                {common.cancel}
              </Button>
              <Text size="xs" c="dimmed">
                {words.notes.hint}
              </Text>
            </Group>
          )}
        </>
      ) : (
        <Text size="sm" className="written">
          {stored || common.none}
        </Text>
      )}
    </Stack>
  );
}

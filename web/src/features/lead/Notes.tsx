import { Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useState } from "react";
import { notesDraft, useDraft } from "@/lib/drafts";
import { conflicts } from "@/lib/edits";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { useEdit } from "./useEdit";

const MOST_CHARACTERS = 20_000;

/** `seen`: of the lead as it was when one began to type, whenever that was: what the service compares with. */
type Draft = { text: string; seen: Pick<Lead, "version" | "internal_notes"> };

/** The team's notes. What is typed is a draft of this tab until it was saved, and nobody else's change is written over it, nor it over theirs. */
export function Notes({ lead, editable }: { lead: Lead; editable: boolean }) {
  const [draft, change] = useDraft<Draft>(notesDraft(lead.id));
  const [saving, setSaving] = useState(false);
  const edit = useEdit();
  const stored = lead.internal_notes ?? "";

  async function save() {
    // While the merge dialogue asks, which takes the focus from here, it is that which saves.
    if (draft === null || saving || conflicts.get().some(({ id }) => id === lead.id)) return;
    if (draft.text.trim() === stored.trim()) return change(() => null);
    setSaving(true);
    // After a conflict the draft stays: the merge dialogue says what becomes of it.
    const saved = await edit({ ...lead, ...draft.seen }, { internal_notes: draft.text.trim() || null });
    // What was typed meanwhile goes on from what was saved.
    if (saved) change((now) => (now && now.text !== draft.text ? { text: now.text, seen: seenOf(saved) } : null));
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
            value={draft?.text ?? stored}
            onChange={({ currentTarget: { value } }) => change((before) => ({ text: value, seen: before?.seen ?? seenOf(lead) }))}
            onBlur={() => void save()}
            onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === "Enter" && void save()}
          />
          {draft !== null && (
            <Group gap="xs">
              <Button size="xs" loading={saving} onClick={() => void save()}>
                {common.save}
              </Button>
              <Button size="xs" variant="subtle" onMouseDown={(event) => event.preventDefault()} onClick={() => change(() => null)}>
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

function seenOf({ version, internal_notes }: Lead): Draft["seen"] {
  return { version, internal_notes };
}

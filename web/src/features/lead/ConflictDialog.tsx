import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import useSWR from "swr";
import { useOptimisticLead } from "@/hooks/useOptimisticLead";
import { sentence } from "@/components/ErrorState";
import { useSubmit } from "@/hooks/useSubmit";
import { Form } from "@/components/Form";
import type { LeadEdit } from "@/lib/api";
import { dropDraft, notesDraft } from "@/lib/drafts";
import { type Conflict, conflicts, settle } from "@/lib/edits";
import { leadKey } from "@/lib/keys";
import { Problem } from "@/lib/problem";
import { useStore } from "@/lib/store";
import type { Answer, Lead } from "@/lib/types";
import { lead as words } from "@/texts/lead";
import classes from "./lead.module.css";
import { fieldName, shown } from "./values";

/** Somebody else changed the same field meanwhile: theirs, mine, or both together. One at a time. */
export function ConflictDialog() {
  const [conflict] = useStore(conflicts);
  return conflict ? <Merge key={`${conflict.id}-${conflict.theirs.version}`} conflict={conflict} /> : null;
}

function Merge({ conflict }: { conflict: Conflict }) {
  const { seen, mine, theirs } = conflict;
  const fields = contested(conflict);
  // What they did not touch is saved whatever is chosen.
  const rest = Object.fromEntries(Object.entries(mine).filter(([field]) => !fields.includes(field as keyof Lead)));
  const { edit } = useOptimisticLead();
  const { busy, error, submit } = useSubmit();
  const [merged, setMerged] = useState(() => merge(conflict));
  const who = useWho(conflict.id, fields);

  // With the version that the person sees here: whatever changes from now on is asked about again, with the draft still there.
  const save = (change: LeadEdit) =>
    submit(async () => {
      const done = Object.keys(change).length === 0 || (await edit(theirs, change)) !== null;
      if (done && "internal_notes" in mine) dropDraft(notesDraft(conflict.id));
      settle(conflict);
    });

  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} size="lg" title={words.conflict.title}>
      <Form error={null} onSubmit={() => void save(mine)}>
        {error !== null && (
          <Alert role="alert" color="red" variant="light">
            {error instanceof Problem && error.errors[0] ? error.errors[0].message : sentence(error)}
          </Alert>
        )}
        {/* Not on a button: who goes on typing would press it unread. */}
        <Text size="sm" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
          {words.conflict.text(theirs.name, who)}
        </Text>
        {fields.map((field) => (
          <Stack key={field} gap={4}>
            <Text fw={650}>{fieldName(field)}</Text>
            <dl className={classes.values}>
              {([["was", seen[field]], ["theirs", theirs[field]], ["mine", (mine as Record<string, unknown>)[field]]] as const).map(([name, value]) => (
                <div key={name} style={{ display: "contents" }}>
                  <dt>{words.conflict[name]}</dt>
                  <dd className="written">{shown(field, value)}</dd>
                </div>
              ))}
            </dl>
          </Stack>
        ))}
        {"internal_notes" in mine && (
          <Textarea label={words.conflict.merged} autosize minRows={3} maxRows={12} value={merged} onChange={(event) => setMerged(event.currentTarget.value)} />
        )}
        <Group justify="end" gap="xs">
          <Button variant="default" loading={busy} onClick={() => void save(rest)}>
            {words.conflict.keepTheirs}
          </Button>
          {"internal_notes" in mine && (
            <Button variant="default" loading={busy} onClick={() => void save({ internal_notes: merged })}>
              {words.conflict.saveMerged}
            </Button>
          )}
          {"tags" in mine && (
            <Button variant="default" loading={busy} onClick={() => void save({ tags: [...new Set([...theirs.tags, ...mine.tags])] })}>
              {words.conflict.both}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {words.conflict.takeMine}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

/** Both notes, theirs first; where one only added to what was there, that is kept once. */
function merge({ seen, mine, theirs }: Conflict): string {
  const was = seen.internal_notes ?? "";
  const other = theirs.internal_notes ?? "";
  const own = "internal_notes" in mine ? (mine.internal_notes ?? "") : "";
  if (was && own.startsWith(was)) return `${other}${own.slice(was.length)}`;
  return [other, own].filter(Boolean).join("\n");
}

/** The fields that both changed, each to something else. */
function contested({ seen, mine, theirs }: Conflict): (keyof Lead)[] {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  return (Object.entries(mine) as [keyof Lead, unknown][]).flatMap(([field, wanted]) => (same(seen[field], theirs[field]) || same(wanted, theirs[field]) ? [] : [field]));
}

/** Who changed these fields last: the answer that refused ours doesn't say. */
function useWho(id: number, fields: string[]): string | null {
  const { data } = useSWR<Answer<"leadHistory">>(`${leadKey(id)}/history?limit=500`);
  return data?.data.findLast((entry) => entry.changes.some(({ field }) => fields.includes(field)))?.actor ?? null;
}

import { Button, Group, Select, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { Form } from "@/components/Form";
import { Time } from "@/components/Time";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { learn } from "@/lib/edits";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { momentOf } from "./moment";

const CHANNELS = Object.entries(words.contacts.channels).map(([value, label]) => ({ value, label }));

const MOST_CHARACTERS = 5000;

/** Contacts with the visitor, newest first. */
export function Contacts({ lead, editable }: { lead: Lead; editable: boolean }) {
  const [adding, setAdding] = useState(false);
  return (
    <Stack gap="xs" component="section" aria-label={words.contacts.title}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {words.contacts.title}
        </Title>
        {editable && !adding && (
          <Button size="compact-sm" variant="subtle" onClick={() => setAdding(true)}>
            {words.contacts.add}
          </Button>
        )}
      </Group>
      {adding && <AddContact lead={lead} close={() => setAdding(false)} />}
      {lead.contact_history.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          {words.contacts.none}
        </Text>
      )}
      {lead.contact_history.toReversed().map((contact, place) => (
        <div key={`${contact.at}-${place}`}>
          <Text size="sm">
            <b>{words.contacts.channels[contact.channel] ?? contact.channel}</b> · <Time at={contact.at} />
            {contact.by && ` · ${words.contacts.by(contact.by)}`}
          </Text>
          {contact.note && (
            <Text size="sm" c="dimmed" className="written">
              {contact.note}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

function AddContact({ lead, close }: { lead: Lead; close: () => void }) {
  const [channel, setChannel] = useState("phone");
  const [note, setNote] = useState("");
  const [at, setAt] = useState("");
  const { busy, error, fields, submit } = useSubmit();
  const send = () =>
    submit(async () => {
      const { lead: now } = await adminAPI.addContact(lead.id, { channel, note: note.trim(), ...(at && { at: momentOf(at) }) });
      learn(now);
      touch({ mine: true });
      close();
    });
  return (
    <Form error={error} onSubmit={() => void send()}>
      <Group grow align="start">
        <Select label={words.contacts.channel} data={CHANNELS} value={channel} allowDeselect={false} onChange={(value) => setChannel(value ?? "phone")} error={fields.channel} />
        <TextInput type="datetime-local" label={words.contacts.when} value={at} onChange={(event) => setAt(event.currentTarget.value)} error={fields.at} />
      </Group>
      <Textarea label={words.contacts.note} required maxLength={MOST_CHARACTERS} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} error={fields.note} />
      <Group justify="end" gap="xs">
        <Button size="xs" variant="default" onClick={close}>
          {common.cancel}
        </Button>
        <Button size="xs" type="submit" loading={busy}>
          {common.save}
        </Button>
      </Group>
    </Form>
  );
}

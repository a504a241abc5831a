import { ActionIcon, Button, Group, Menu, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconPencil, IconTrash, IconUserX } from "@tabler/icons-react";
import { useState } from "react";
import { Confirm } from "@/components/Confirm";
import { sentence } from "@/components/ErrorState";
import { Form } from "@/components/Form";
import { useOptimisticLead } from "@/hooks/useOptimisticLead";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { number } from "@/lib/format";
import { tell, warn } from "@/lib/toast";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";

type Asking = "correct" | "remove" | "erase" | null;
type Props = { lead: Lead; editable: boolean; admin: boolean; gone: () => void };

const UNDO_MS = 15_000;

/** What is seldom done, and what can't be done lightly. */
export function Actions({ lead, editable, admin, gone }: Props) {
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  if (!editable) return null;

  async function remove() {
    const { operation } = await adminAPI.trashLead(lead.id);
    touch({ mine: true });
    gone();
    if (operation) {
      notifications.show({ id: operation, autoClose: UNDO_MS, message: <Undo operation={operation} /> });
    }
  }

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={words.more}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setAsking("correct")}>
            {words.correct.action}
          </Menu.Item>
          {admin && (
            <>
              <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setAsking("remove")}>
                {words.remove.action}
              </Menu.Item>
              <Menu.Item color="red" leftSection={<IconUserX size={16} aria-hidden />} onClick={() => setAsking("erase")}>
                {words.erase.action}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === "correct" && <Correct lead={lead} close={close} />}
      {asking === "remove" && (
        <Confirm title={words.remove.action} action={words.remove.action} danger run={remove} onClose={close}>
          <Text>{words.remove.sure(lead.name)}</Text>
        </Confirm>
      )}
      {asking === "erase" && <Erase lead={lead} close={close} gone={gone} />}
    </>
  );
}

function Undo({ operation }: { operation: string }) {
  async function back() {
    notifications.hide(operation);
    try {
      await adminAPI.undo(operation);
      tell(common.undone);
    } catch (error) {
      warn(common.failed, sentence(error));
    } finally {
      touch({ mine: true });
    }
  }
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{words.remove.done}</Text>
      <Button size="compact-sm" variant="light" onClick={() => void back()}>
        {common.undo}
      </Button>
    </Group>
  );
}

function Erase({ lead, close, gone }: { lead: Lead; close: () => void; gone: () => void }) {
  const [typed, setTyped] = useState("");
  async function erase() {
    const { erased } = (await adminAPI.erasePerson(lead.id)) as { erased?: number };
    touch({ mine: true });
    gone();
    tell(words.erase.done(number(erased ?? 1)));
  }
  return (
    <Confirm title={words.erase.title} action={words.erase.title} danger disabled={typed.trim().toLowerCase() !== lead.email.toLowerCase()} run={erase} onClose={close}>
      <Text>{words.erase.text(lead.email)}</Text>
      <TextInput label={words.erase.type(lead.email)} autoComplete="off" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
    </Confirm>
  );
}

const FIELDS = ["name", "email", "company", "phone", "subject"] as const;

/** Corrects what names the lead. Only what was changed is sent. */
function Correct({ lead, close }: { lead: Lead; close: () => void }) {
  const [seen] = useState(lead);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const { edit } = useOptimisticLead();
  const { busy, error, fields, submit } = useSubmit();
  const changed = Object.fromEntries(FIELDS.filter((field) => typed[field] !== undefined && typed[field].trim() !== (seen[field] ?? "")).map((field) => [field, typed[field]!.trim() || null]));
  const save = () =>
    submit(async () => {
      if (Object.keys(changed).length) await edit(seen, changed);
      close();
    });
  return (
    <Modal opened onClose={close} title={words.correct.title}>
      <Form error={error} onSubmit={() => void save()}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {FIELDS.map((field) => (
            <TextInput
              key={field}
              label={words.correct[field]}
              type={field === "email" ? "email" : "text"}
              required={field === "name" || field === "email"}
              value={typed[field] ?? seen[field] ?? ""}
              error={fields[field]}
              onChange={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
        <Stack align="flex-end">
          <Group>
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={busy}>
              {common.save}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Modal>
  );
}

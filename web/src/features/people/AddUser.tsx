import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import type { Role } from "@/lib/types";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { RoleChoice } from "./RoleChoice";
import type { Shown } from "./SecretDialog";
import { USERS } from "./users";

const words = people.users;

type Props = { onClose: () => void; changed: () => void; show: (shown: Shown) => void };

/** Lets somebody log in. The password is made up by the service, and shown once. */
export function AddUser({ onClose, changed, show }: Props) {
  const { busy, error, fields, submit } = useSubmit();
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("viewer");

  async function add() {
    const body = { username: username.trim(), role };
    const added = await adminAPI.send<{ username: string; password: string }>("POST", USERS, body);
    changed();
    onClose();
    show({
      title: words.added(added.username),
      secrets: [
        { label: words.username, value: added.username },
        { label: words.password, value: added.password },
      ],
    });
  }

  return (
    <Modal opened onClose={onClose} title={words.add}>
      <Form error={error} onSubmit={() => void submit(add)}>
        <Text size="sm">{words.addText}</Text>
        <TextInput
          label={words.username}
          description={words.usernameHint}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          required
          withAsterisk={false}
          data-autofocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={fields.username}
        />
        <RoleChoice value={role} onChange={setRole} error={fields.role} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {words.add}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

import { Text } from "@mantine/core";
import { useState } from "react";
import { Confirm } from "@/components/Confirm";
import { adminAPI } from "@/lib/api";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { RoleChoice } from "./RoleChoice";
import type { Shown } from "./SecretDialog";
import { makePassword, type UserListed, userUrl } from "./users";
import { UserSessions } from "./UserSessions";

const words = people.users;

export type UserAction = { kind: "role" | "password" | "sessions" | "factor" | "disable"; user: UserListed };
type Props = { action: UserAction; onClose: () => void; changed: () => void; show: (shown: Shown) => void };
type OneProps = Omit<Props, "action"> & { user: UserListed };

/** What an admin is about to do about somebody, with what hangs on it. */
export function UserDialog({ action: { kind, user }, ...rest }: Props) {
  if (kind === "role") return <ChangeRole user={user} {...rest} />;
  if (kind === "password") return <NewPassword user={user} {...rest} />;
  if (kind === "disable") return <Disable user={user} {...rest} />;
  if (kind === "factor") return <DropFactor user={user} {...rest} />;
  return <UserSessions username={user.username} {...rest} />;
}

function ChangeRole({ user, onClose, changed }: OneProps) {
  const [role, setRole] = useState(user.role);
  async function change() {
    await adminAPI.send("PATCH", userUrl(user.username), { role });
    tell(words.roleDone(user.username, common.role[role]));
    changed();
  }
  return (
    <Confirm title={words.roleTitle(user.username)} action={words.roleSave} disabled={role === user.role} run={change} onClose={onClose}>
      <RoleChoice value={role} onChange={setRole} />
      <Text size="sm">{words.roleText}</Text>
    </Confirm>
  );
}

function NewPassword({ user, onClose, changed, show }: OneProps) {
  async function reset() {
    const password = makePassword();
    await adminAPI.send("PATCH", userUrl(user.username), { password });
    changed();
    show({ title: words.newPassword(user.username), secrets: [{ label: words.password, value: password }] });
  }
  return (
    <Confirm title={words.resetTitle(user.username)} action={words.resetSave} run={reset} onClose={onClose}>
      <Text size="sm">{words.resetText}</Text>
    </Confirm>
  );
}

function Disable({ user, onClose, changed }: OneProps) {
  async function disable() {
    await adminAPI.send("PATCH", userUrl(user.username), { disabled: true });
    tell(words.disableDone(user.username));
    changed();
  }
  return (
    <Confirm title={words.disableTitle(user.username)} action={words.disableSave} danger run={disable} onClose={onClose}>
      <Text size="sm">{words.disableText}</Text>
      {user.api_keys > 0 && <Text size="sm">{words.disableKeys(user.api_keys)}</Text>}
    </Confirm>
  );
}

function DropFactor({ user, onClose, changed }: OneProps) {
  async function drop() {
    await adminAPI.send("DELETE", `${userUrl(user.username)}/second-factor`);
    tell(words.dropFactorDone(user.username));
    changed();
  }
  return (
    <Confirm title={words.dropFactorTitle(user.username)} action={words.dropFactorSave} danger run={drop} onClose={onClose}>
      <Text size="sm">{words.dropFactorText}</Text>
    </Confirm>
  );
}

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconLogout, IconPassword, IconShieldOff, IconUserCheck, IconUserCog, IconUserOff } from "@tabler/icons-react";
import { sentence } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { tell, warn } from "@/lib/toast";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import type { UserAction } from "./UserDialog";
import { type UserListed, userUrl } from "./users";

const words = people.users;

type Props = { user: UserListed; act: (action: UserAction) => void; changed: () => void };

/** What an admin can do about somebody else. */
export function UserMenu({ user, act, changed }: Props) {
  async function enable() {
    try {
      await adminAPI.send("PATCH", userUrl(user.username), { disabled: false });
      tell(words.enableDone(user.username));
    } catch (error) {
      warn(common.failed, sentence(error));
    }
    changed();
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={people.actions(user.username)}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUserCog size={16} aria-hidden />} onClick={() => act({ kind: "role", user })}>
          {words.changeRole}
        </Menu.Item>
        <Menu.Item leftSection={<IconPassword size={16} aria-hidden />} onClick={() => act({ kind: "password", user })}>
          {words.reset}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => act({ kind: "sessions", user })}>
          {words.endSessions}
        </Menu.Item>
        {user.second_factor && (
          <Menu.Item leftSection={<IconShieldOff size={16} aria-hidden />} onClick={() => act({ kind: "factor", user })}>
            {words.dropFactor}
          </Menu.Item>
        )}
        <Menu.Divider />
        {user.disabled ? (
          <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={() => void enable()}>
            {words.enable}
          </Menu.Item>
        ) : (
          <Menu.Item color="red" leftSection={<IconUserOff size={16} aria-hidden />} onClick={() => act({ kind: "disable", user })}>
            {words.disable}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

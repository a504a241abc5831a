import { Anchor, Badge, Group, Paper, Table, Text, Tooltip } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import { Time } from "@/components/Time";
import { paths } from "@/lib/routes";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import classes from "@/components/rows.module.css";
import { UserMenu } from "./UserMenu";
import type { UserAction } from "./UserDialog";
import type { UserListed } from "./users";

const words = people.users;

type Props = { users: UserListed[]; self: string; act: (action: UserAction) => void; changed: () => void };

export function UserTable({ users, self, act, changed }: Props) {
  return (
    <Paper withBorder radius="md" style={{ overflow: "hidden" }}>
      <Table className={classes.rows} verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.username}</Table.Th>
            <Table.Th>{words.role}</Table.Th>
            <Table.Th>{words.lastLogin}</Table.Th>
            <Table.Th>{words.sessions}</Table.Th>
            <Table.Th>{words.keys}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.username} data-user={user.username}>
              <Table.Td>
                <Name user={user} own={user.username === self} />
              </Table.Td>
              <Table.Td data-label={words.role}>{common.role[user.role]}</Table.Td>
              <Table.Td data-label={words.lastLogin}>{user.last_login_at ? <Time at={user.last_login_at} /> : people.never}</Table.Td>
              <Table.Td data-label={words.sessions}>{words.sessionsOf(user.sessions)}</Table.Td>
              <Table.Td data-label={words.keys}>{user.api_keys}</Table.Td>
              <Table.Td ta="end">
                {user.username === self ? (
                  <Tooltip label={words.ownAccount} multiline maw={260}>
                    <Anchor component={Link} to={paths.account} size="sm" py={4}>
                      {common.pages.account}
                    </Anchor>
                  </Tooltip>
                ) : (
                  <UserMenu user={user} act={act} changed={changed} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Name({ user, own }: { user: UserListed; own: boolean }) {
  return (
    <Group gap="xs">
      <Text fw={600} size="sm" className="written">
        {user.username}
      </Text>
      {own && (
        <Badge size="sm" variant="default" tt="none">
          {people.you}
        </Badge>
      )}
      {user.disabled && (
        <Badge size="sm" variant="dot" color="red" tt="none">
          {words.disabled}
        </Badge>
      )}
      {user.second_factor && (
        <Badge size="sm" variant="default" tt="none" leftSection={<IconShieldCheck size={12} aria-hidden />}>
          {words.secondFactor}
        </Badge>
      )}
    </Group>
  );
}

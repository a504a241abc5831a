import { Button, Group, List, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import useSWR from "swr";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { useSession } from "@/lib/session";
import type { Role } from "@/lib/types";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { AddUser } from "./AddUser";
import { SecretDialog, type Shown } from "./SecretDialog";
import { UserDialog, type UserAction } from "./UserDialog";
import { UserTable } from "./UserTable";
import { USERS, type Users } from "./users";

const words = people.users;

/** Who may log in, and as what: for admins. */
export function PeoplePage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "admin");
  const { data, error, mutate } = useSWR<Users>(allowed ? USERS : null);
  const [adding, setAdding] = useState(false);
  const [action, setAction] = useState<UserAction | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const refresh = () => void mutate();

  return (
    <Stack gap="lg">
      <title>{`${common.pages.people} · ${common.product}`}</title>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {common.pages.people}
          </Title>
          <Text c="dimmed">{words.about}</Text>
        </div>
        {allowed && (
          <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </Group>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : data ? (
        data.data.length ? <UserTable users={data.data} self={session.username} act={setAction} changed={refresh} /> : <EmptyState icon={IconUsers} title={words.empty} />
      ) : error ? (
        <ErrorState error={error} retry={refresh} />
      ) : (
        <Skeleton h={240} />
      )}
      {allowed && <Roles />}
      {adding && <AddUser onClose={() => setAdding(false)} changed={refresh} show={setShown} />}
      {action && <UserDialog action={action} onClose={() => setAction(null)} changed={refresh} show={setShown} />}
      {shown && <SecretDialog shown={shown} onClose={() => setShown(null)} />}
    </Stack>
  );
}

function Roles() {
  return (
    <Paper component="section" aria-label={words.rolesTitle} withBorder p="md" radius="md" maw={760}>
      <Title order={2} size="h5" mb="xs">
        {words.rolesTitle}
      </Title>
      <List size="sm" spacing={4} listStyleType="none" p={0}>
        {(Object.keys(words.roles) as Role[]).map((role) => (
          <List.Item key={role}>
            <b>{common.role[role]}</b>: {words.roles[role]}
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}

import { Badge, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import useSWR from "swr";
import { ErrorState } from "@/components/ErrorState";
import { date } from "@/lib/format";
import { ME } from "@/lib/keys";
import type { User } from "@/lib/types";
import { account as words } from "@/texts/account";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { OwnSessions } from "./OwnSessions";
import { PasswordCard } from "./PasswordCard";
import { SecondFactorCard } from "./SecondFactorCard";

/** Who one is here, and how one gets in. */
export function AccountPage() {
  const { data: user, error, mutate } = useSWR<User>(ME);
  return (
    <Stack maw={760} gap="lg">
      <title>{`${common.pages.account} · ${common.product}`}</title>
      <Title order={1} size="h2">
        {common.pages.account}
      </Title>
      {error && !user ? <ErrorState error={error} retry={() => void mutate()} /> : user ? <Who user={user} /> : <Skeleton h={48} w={320} />}
      <PasswordCard />
      <SecondFactorCard user={user} changed={() => void mutate()} />
      <OwnSessions />
    </Stack>
  );
}

function Who({ user }: { user: User }) {
  return (
    <div>
      <Group gap="xs">
        <Text fw={600} size="lg" className="written">
          {user.username}
        </Text>
        <Badge variant="default" tt="none">
          {common.role[user.role]}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {people.users.roles[user.role]} {words.since} {date(user.created_at)}.
      </Text>
    </div>
  );
}

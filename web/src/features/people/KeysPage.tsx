import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import useSWR from "swr";
import { Confirm } from "@/components/Confirm";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Time } from "@/components/Time";
import { adminAPI } from "@/lib/api";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { useSession } from "@/lib/session";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { AddKey } from "./AddKey";
import { KEYS, type Key, type Keys } from "./keys";
import { KeyTable } from "./KeyTable";
import { SecretDialog, type Shown } from "./SecretDialog";

const words = people.keys;

/** The keys of programs: for admins. */
export function KeysPage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "admin");
  const { data, error, mutate } = useSWR<Keys>(allowed ? KEYS : null);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const refresh = () => void mutate();
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      {words.add}
    </Button>
  );

  return (
    <Stack gap="lg">
      <title>{`${common.pages.keys} · ${common.product}`}</title>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {common.pages.keys}
          </Title>
          <Text c="dimmed">{words.about}</Text>
        </div>
        {data && data.data.length > 0 && add}
      </Group>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : data ? (
        data.data.length ? (
          <KeyTable keys={data.data} revoke={setRevoking} />
        ) : (
          <EmptyState icon={IconKey} title={words.empty}>
            <Text c="dimmed">{words.emptyText}</Text>
            {add}
          </EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refresh} />
      ) : (
        <Skeleton h={240} />
      )}
      {adding && <AddKey onClose={() => setAdding(false)} changed={refresh} show={setShown} />}
      {revoking && <Revoke one={revoking} onClose={() => setRevoking(null)} changed={refresh} />}
      {shown && <SecretDialog shown={shown} onClose={() => setShown(null)} />}
    </Stack>
  );
}

function Revoke({ one, onClose, changed }: { one: Key; onClose: () => void; changed: () => void }) {
  async function revoke() {
    await adminAPI.send("DELETE", `${KEYS}/${one.id}`);
    tell(words.revoked(one.name));
    changed();
  }
  return (
    <Confirm title={words.revokeTitle(one.name)} action={words.revoke} danger run={revoke} onClose={onClose}>
      <Text size="sm">{words.revokeText[one.scope]}</Text>
      <Text size="sm">
        {one.last_used_at ? (
          <>
            {words.revokeUsed} <Time at={one.last_used_at} />.
          </>
        ) : (
          words.revokeUnused
        )}{" "}
        {words.revokeForGood}
      </Text>
    </Confirm>
  );
}

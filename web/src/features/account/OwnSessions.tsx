import { Button, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import useSWR from "swr";
import { ErrorState, sentence } from "@/components/ErrorState";
import { Sessions } from "@/components/Sessions";
import { adminAPI } from "@/lib/api";
import { useSession } from "@/lib/session";
import { tell, warn } from "@/lib/toast";
import type { Answer } from "@/lib/types";
import { account } from "@/texts/account";
import { common } from "@/texts/common";
import { Card } from "./Card";
import { SESSIONS } from "./keys";
import { sessionId } from "./ownSession";

const words = account.sessions;

/** Where one is logged in. What one doesn't know there can be ended. */
export function OwnSessions() {
  const { data, error, mutate } = useSWR<Answer<"listSessions">>(SESSIONS);
  const [busy, setBusy] = useState(false);
  const session = useSession();
  const own = session ? sessionId(session.token) : undefined;
  const others = data?.data.filter(({ id }) => id !== own) ?? [];

  async function endOne(id: string) {
    await adminAPI.send("DELETE", `${SESSIONS}/${id}`);
    tell(words.ended);
    await mutate();
  }

  async function endOthers() {
    setBusy(true);
    try {
      for (const { id } of others) await adminAPI.send("DELETE", `${SESSIONS}/${id}`);
      tell(words.endedOthers(others.length));
    } catch (failed) {
      warn(common.failed, sentence(failed));
    } finally {
      setBusy(false);
      await mutate();
    }
  }

  const endAll = own !== undefined && others.length > 0 && (
    <Button size="xs" variant="default" loading={busy} onClick={() => void endOthers()}>
      {words.endOthers}
    </Button>
  );
  return (
    <Card title={words.title} aside={endAll}>
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      {data ? <Sessions sessions={data.data} own={own} end={endOne} /> : error ? <ErrorState error={error} retry={() => void mutate()} /> : <Skeleton h={64} />}
    </Card>
  );
}

import { Button, Group, Modal, Skeleton, Text } from "@mantine/core";
import useSWR from "swr";
import { ErrorState } from "@/components/ErrorState";
import { Form } from "@/components/Form";
import { Sessions } from "@/components/Sessions";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { tell } from "@/lib/toast";
import type { Answer } from "@/lib/types";
import { common } from "@/texts/common";
import { people } from "@/texts/people";

const words = people.users;
const SESSIONS = "/admin/sessions";

/** Where somebody is logged in, to be ended there. */
export function UserSessions({ username, onClose, changed }: { username: string; onClose: () => void; changed: () => void }) {
  const { data, error, mutate } = useSWR<Answer<"listSessions">>(`${SESSIONS}?user=${encodeURIComponent(username)}`, { keepPreviousData: false });
  const { busy, error: failed, submit } = useSubmit();

  async function end(...ids: string[]) {
    try {
      for (const id of ids) await adminAPI.send("DELETE", `${SESSIONS}/${id}`);
      tell(words.ended);
    } finally {
      changed();
      await mutate();
    }
  }

  return (
    <Modal opened onClose={onClose} title={words.sessionsTitle(username)} size="lg">
      <Form error={failed} onSubmit={() => void submit(() => end(...(data?.data ?? []).map(({ id }) => id)))}>
        {data ? (
          data.data.length ? <Sessions sessions={data.data} end={end} /> : <Text>{words.noSessions}</Text>
        ) : error ? (
          <ErrorState error={error} retry={() => void mutate()} />
        ) : (
          <Skeleton h={64} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.close}
          </Button>
          {data && data.data.length > 1 && (
            <Button type="submit" color="red" loading={busy}>
              {words.endAll}
            </Button>
          )}
        </Group>
      </Form>
    </Modal>
  );
}

import { Stack, Text, Title } from "@mantine/core";
import useSWR from "swr";
import { ErrorState } from "@/components/ErrorState";
import { MailBadges } from "@/components/MailBadges";
import { MailStopped } from "@/components/MailStopped";
import { Time } from "@/components/Time";
import { MAIL } from "@/lib/keys";
import type { Mail } from "@/lib/types";
import { mail as words } from "@/texts/mail";

const SHOWN = 20;

/** What was sent about a lead and to the visitor, and what became of it. */
export function Mails({ id, editable }: { id: number; editable: boolean }) {
  const { data, error, mutate } = useSWR<{ data: Mail[] }>(`${MAIL}?lead_id=${id}&limit=${SHOWN}`);
  const stopped = data?.data.find((mail) => mail.stopped);
  return (
    <Stack gap="xs" component="section" aria-label={words.ofLead.title}>
      <Title order={2} size="h5">
        {words.ofLead.title}
      </Title>
      {error ? <ErrorState error={error} retry={() => void mutate()} /> : null}
      {stopped && <MailStopped mail={stopped} editable={editable} changed={() => void mutate()} />}
      {data?.data.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.ofLead.none}
        </Text>
      )}
      {data?.data.map((mail) => (
        <div key={mail.id} data-mail={mail.id}>
          <Text size="sm" span>
            <b>{words.kinds[mail.kind]}</b> {mail.recipient === null && `(${words.team})`} <Time at={mail.ended_at ?? mail.created_at} />
          </Text>{" "}
          <MailBadges mail={mail} />
          {(mail.delivery_detail ?? mail.error) && (
            <Text size="xs" c="dimmed" className="written">
              {mail.delivery_detail ?? mail.error}
            </Text>
          )}
          {mail.opened > 0 && (
            <Text size="xs" c="dimmed">
              {words.detail.opened} {words.detail.times(mail.opened)}
              {mail.last_opened_at && (
                <>
                  , {words.detail.last} <Time at={mail.last_opened_at} />
                </>
              )}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

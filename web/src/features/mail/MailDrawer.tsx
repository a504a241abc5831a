import { Anchor, Button, Drawer, Group, SegmentedControl, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconDownload, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import useSWR from "swr";
import { ErrorState } from "@/components/ErrorState";
import { MailBadges } from "@/components/MailBadges";
import { MailStopped } from "@/components/MailStopped";
import { Time } from "@/components/Time";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { MAIL } from "@/lib/keys";
import { leadPath } from "@/lib/routes";
import { saveFile } from "@/lib/saveFile";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { mail as words } from "@/texts/mail";
import classes from "./mail.module.css";
import { canRetry, EVERY_MS, type MailWithContent, whyNoContent } from "./mail";

type Props = { id: number; editable: boolean; onClose: () => void; changed: () => void };
const said = words.detail;

/** One mail: what it says, to whom, and what became of it. */
export function MailDrawer({ id, editable, onClose, changed }: Props) {
  const { data, error, mutate } = useSWR<MailWithContent>(`${MAIL}/${id}`, { refreshInterval: EVERY_MS });
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const refresh = () => {
    void mutate();
    changed();
  };
  return (
    <Drawer.Root opened onClose={onClose} position="right" size={phone ? "100%" : 620}>
      <Drawer.Overlay />
      <Drawer.Content>
        {/* No banner of the page, which a header would be taken for. */}
        <Drawer.Header role="presentation">
          <Drawer.Title className={`written ${classes.title}`}>{data?.subject ?? (data ? words.kinds[data.kind] : said.title)}</Drawer.Title>
          <Drawer.CloseButton aria-label={common.close} />
        </Drawer.Header>
        <Drawer.Body>
          {data ? (
            <Shown mail={data} editable={editable} refresh={refresh} />
          ) : error ? (
            <ErrorState error={error} retry={() => void mutate()} />
          ) : (
            <Skeleton h={320} role="status" aria-label={common.loading} />
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Shown({ mail, editable, refresh }: { mail: MailWithContent; editable: boolean; refresh: () => void }) {
  const { busy, error, submit } = useSubmit();
  const { content } = mail;
  const why = whyNoContent(mail);
  const retry = () =>
    submit(async () => {
      const { changed } = await adminAPI.send<{ changed: number }>("POST", `${MAIL}/retry`, { ids: [mail.id] });
      tell(words.retried(changed));
      refresh();
    });
  const facts: [string, React.ReactNode][] = [
    [said.from, content?.from],
    [said.to, content ? content.to.join(", ") : (mail.recipient ?? words.team)],
    [said.replyTo, content?.reply_to],
    [said.queued, <Time key="queued" at={mail.created_at} />],
    [said.ended, mail.ended_at && <Time key="ended" at={mail.ended_at} />],
    [said.due, mail.state === "queued" && <Time key="due" at={mail.due_at} />],
    [said.delivery, mail.delivery && <At key="delivery" what={mail.delivery_detail ?? words.deliveries[mail.delivery]} at={mail.delivery_at} />],
    [said.opened, mail.opened > 0 && <At key="opened" what={said.times(mail.opened)} when={said.last} at={mail.last_opened_at} />],
    [said.provider, mail.provider_id],
  ];
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <MailBadges mail={mail} />
        <Group gap="xs">
          {editable && canRetry(mail) && (
            <Button size="xs" leftSection={<IconSend size={16} aria-hidden />} loading={busy} onClick={() => void retry()}>
              {mail.state === "queued" ? words.sendNow : words.retry}
            </Button>
          )}
          {content && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => void submit(async () => saveFile(await adminAPI.mailFile(mail.id)))}
            >
              {said.file}
            </Button>
          )}
        </Group>
      </Group>
      {Boolean(error) && <ErrorState error={error} />}
      <MailStopped mail={mail} editable={editable} changed={refresh} />
      {mail.error && (
        <Text size="sm" className="written">
          {mail.error} {mail.attempts > 1 && words.tries(mail.attempts)}
        </Text>
      )}
      {mail.merged_into !== null && <Text size="sm">{said.merged(mail.merged_into)}</Text>}
      <Table className={classes.facts} withRowBorders={false} verticalSpacing={2}>
        <Table.Tbody>
          {facts.map(
            ([label, value]) =>
              value && (
                <Table.Tr key={label}>
                  <Table.Th scope="row">{label}</Table.Th>
                  <Table.Td className="written">{value}</Table.Td>
                </Table.Tr>
              ),
          )}
        </Table.Tbody>
      </Table>
      {mail.lead_id !== null && (
        <Anchor component={Link} to={leadPath(mail.lead_id)} size="sm">
          {said.lead}
        </Anchor>
      )}
      {content ? (
        <Body mail={mail} />
      ) : (
        why && (
          <Text c="dimmed" size="sm">
            {said[why]}
          </Text>
        )
      )}
    </Stack>
  );
}

/** What was heard of a mail, and below it since when. */
function At({ what, when, at }: { what: string; when?: string; at: string | null }) {
  return (
    <>
      {what}
      {at && (
        <Text size="xs" c="dimmed">
          {when} <Time at={at} />
        </Text>
      )}
    </>
  );
}

function Body({ mail }: { mail: MailWithContent }) {
  const [as, setAs] = useState<"text" | "html">("text");
  const { content } = mail;
  if (!content) return null;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={said.view}
        value={as}
        onChange={(value) => setAs(value as typeof as)}
        data={[
          { value: "text", label: said.text },
          { value: "html", label: said.html },
        ]}
      />
      {as === "text" ? <pre className={classes.text}>{content.text}</pre> : <HtmlFrame html={content.html} />}
      {content.attach_cv && <Text size="sm">{said.attached}</Text>}
      <Text size="xs" c="dimmed" fw={600}>
        {said.headers}
      </Text>
      <pre className={classes.headers}>
        {Object.entries(content.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n")}
      </pre>
    </Stack>
  );
}

/** A mail's HTML, which can do nothing here: no script, no request, no form, and no way to the page around it. */
export function HtmlFrame({ html }: { html: string }) {
  return <iframe className={classes.frame} sandbox="" srcDoc={html} title={said.frame} />;
}

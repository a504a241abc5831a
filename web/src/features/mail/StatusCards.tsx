import { Alert, Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { duration, number } from "@/lib/format";
import { mail as words } from "@/texts/mail";
import type { MailStatus } from "./mail";

const LATE_SECONDS = 300;
const said = words.status;

/** How many wait, went out, failed; how mail goes out, and what stands in its way. */
export function StatusCards({ status }: { status: MailStatus }) {
  const facts = [
    { label: said.waiting, value: number(status.queued + status.sending) },
    { label: said.sent, value: number(status.sent_24h) },
    { label: said.failed, value: number(status.failed), bad: status.failed > 0 },
    { label: said.way, value: status.transport ? said.ways[status.transport] : said.none, small: true, hint: status.mail_from ? said.from(status.mail_from) : undefined },
  ];
  // Without a way out nothing is tried, and that is said below.
  const late = status.transport !== null && status.late_seconds > LATE_SECONDS;
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" component="section" aria-label={said.label}>
        {facts.map(({ label, value, bad, small, hint }) => (
          <Paper key={label} withBorder radius="md" p="sm">
            <Text size="sm" c="dimmed">
              {label}
            </Text>
            <Text size={small ? "md" : "xl"} fw={600} {...(bad && { c: "var(--mantine-color-error)" })}>
              {value}
            </Text>
            {hint && (
              <Text size="xs" c="dimmed" className="written" lineClamp={1} title={hint}>
                {hint}
              </Text>
            )}
          </Paper>
        ))}
      </SimpleGrid>
      {late && <Notice title={said.late(duration(status.late_seconds))} text={status.waits_for ?? said.lateText} bad />}
      {status.transport === null && <Notice title={said.notSet} text={said.notSetText} bad />}
      {status.transport === "mailbox" && <Notice title={said.folder} text={said.folderText} />}
      {status.transport !== null && status.notify_to.length === 0 && <Notice title={said.noTeam} text={said.noTeamText} />}
    </>
  );
}

function Notice({ title, text, bad = false }: { title: string; text: string; bad?: boolean }) {
  const Icon = bad ? IconAlertTriangle : IconInfoCircle;
  return (
    <Alert color={bad ? "orange" : "blue"} variant="light" icon={<Icon aria-hidden />} p="sm">
      <Group gap={6}>
        <Text size="sm" fw={600}>
          {title}.
        </Text>
        <Text size="sm" className="written">
          {text}
        </Text>
      </Group>
    </Alert>
  );
}

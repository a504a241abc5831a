import { Paper, Table, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { MailBadges } from "@/components/MailBadges";
import classes from "@/components/rows.module.css";
import { Time } from "@/components/Time";
import type { Mail } from "@/lib/types";
import { mail as words } from "@/texts/mail";
import { whyNoContent } from "./mail";

export function MailTable({ mails, open }: { mails: Mail[]; open: (mail: Mail) => void }) {
  return (
    <Paper withBorder radius="md" style={{ overflow: "hidden" }}>
      <Table className={classes.rows} verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.columns.mail}</Table.Th>
            <Table.Th>{words.columns.to}</Table.Th>
            <Table.Th>{words.columns.state}</Table.Th>
            <Table.Th>{words.columns.when}</Table.Th>
            <Table.Th>{words.columns.why}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {mails.map((mail) => (
            <Table.Tr key={mail.id} data-mail={mail.id} onClick={() => open(mail)} style={{ cursor: "pointer" }}>
              <Table.Td>
                {/* The whole row can be clicked; this is what the keyboard and screen readers have of it. */}
                <UnstyledButton
                  onClick={(event) => {
                    event.stopPropagation();
                    open(mail);
                  }}
                >
                  <Text size="sm" fw={600} className="written">
                    {mail.subject ?? words.kinds[mail.kind]}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {mail.subject ? words.kinds[mail.kind] : whyNoContent(mail) === "notMade" && words.unmade}
                    <VisuallyHidden>{words.to(mail.recipient ?? words.team)}</VisuallyHidden>
                  </Text>
                </UnstyledButton>
              </Table.Td>
              <Table.Td data-label={words.columns.to}>
                <Text size="sm" className="written">
                  {mail.recipient ?? words.team}
                </Text>
              </Table.Td>
              <Table.Td data-label={words.columns.state}>
                <MailBadges mail={mail} />
              </Table.Td>
              <Table.Td data-label={words.columns.when}>
                <Text size="sm" span className={classes.when ?? ""}>
                  <Time at={mail.ended_at ?? mail.created_at} />
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="xs" c="dimmed" className="written" lineClamp={2}>
                  {mail.delivery_detail ?? mail.error ?? (mail.state === "queued" && <Due at={mail.due_at} />)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

/** A mail that nothing keeps from going out waits for its time. */
function Due({ at }: { at: string }) {
  return (
    <>
      {words.detail.due} <Time at={at} />
    </>
  );
}

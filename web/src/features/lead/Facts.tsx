import { ActionIcon, Anchor, Code, CopyButton, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Time } from "@/components/Time";
import { duration } from "@/lib/format";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import classes from "./lead.module.css";

const facts = words.facts;

/** Who it is, and how long they have waited. */
export function Facts({ lead }: { lead: Lead }) {
  return (
    <Stack gap="xs" component="section" aria-label={facts.title}>
      <Title order={2} size="h5">
        {facts.title}
      </Title>
      <dl className={classes.facts}>
        <Fact name={facts.email}>
          <Group gap={4} wrap="nowrap">
            <Anchor size="sm" href={`mailto:${encodeURIComponent(lead.email)}`} className={classes.value ?? ""}>
              {lead.email}
            </Anchor>
            <Copy text={lead.email} label={words.copyEmail} />
          </Group>
        </Fact>
        {lead.phone && (
          <Fact name={facts.phone}>
            <Anchor size="sm" href={`tel:${lead.phone.replace(/[^\d+]/g, "")}`}>
              {lead.phone}
            </Anchor>
          </Fact>
        )}
        {lead.company && <Fact name={facts.company}>{lead.company}</Fact>}
        {lead.role && <Fact name={facts.role}>{lead.role}</Fact>}
        <Fact name={facts.type}>{common.type[lead.lead_type]}</Fact>
        {lead.source && <Fact name={facts.source}>{lead.source}</Fact>}
        <Fact name={facts.received}>
          <Time at={lead.created_at} />
        </Fact>
        <Fact name={facts.answered}>{answered(lead)}</Fact>
        {lead.last_contacted && (
          <Fact name={facts.lastContact}>
            <Time at={lead.last_contacted} />
          </Fact>
        )}
        <Fact name={facts.consent}>{lead.consent === null ? facts.notAsked : lead.consent ? facts.given : facts.notGiven}</Fact>
        <Fact name={facts.reference}>
          <Code className={classes.value ?? ""}>{lead.reference}</Code>
        </Fact>
      </dl>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long the visitor waited for the first answer, or has been waiting. */
function answered({ created_at, first_response_at, status }: Lead): string {
  const waited = duration(((first_response_at ? Date.parse(first_response_at) : Date.now()) - Date.parse(created_at)) / 1000);
  if (first_response_at) return facts.after(waited);
  return status === "archived" ? facts.never : facts.waiting(waited);
}

export function Copy({ text, label }: { text: string; label: string }) {
  // Only a secure context has a clipboard; elsewhere it is marked by hand.
  if (!("clipboard" in navigator)) return null;
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? words.copied : label}>
          <ActionIcon variant="subtle" color="gray" size="md" aria-label={label} onClick={copy}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** What the server saw, and what the form sent besides. Folded away: one seldom needs it. */
export function Origin({ lead }: { lead: Lead }) {
  const rows = Object.entries(lead.metadata).flatMap(([name, value]) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.entries(value as Record<string, unknown>).map(([inner, text]): [string, unknown] => [`${words.metadata[name] ?? name}: ${inner}`, text])
      : [[words.metadata[name] ?? name, value] as [string, unknown]],
  );
  if (!rows.length) return null;
  return (
    <details className={classes.details}>
      <summary>{words.metadata.title}</summary>
      <dl className={classes.facts}>
        {rows.map(([name, value]) => (
          <Fact key={name} name={name}>
            <Text span size="sm" className="written">
              {typeof value === "string" ? value : JSON.stringify(value)}
            </Text>
          </Fact>
        ))}
      </dl>
    </details>
  );
}

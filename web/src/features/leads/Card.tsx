import { Group, Text } from "@mantine/core";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import { Time } from "@/components/Time";
import type { ListedLead } from "@/hooks/useLeads";
import { common } from "@/texts/common";
import { FollowUp } from "./cells";
import { Found } from "./Snippet";

/** A lead on a phone: what a row of the table says, one above the other. */
export function Card({ lead }: { lead: ListedLead }) {
  return (
    <div role="gridcell" style={{ minWidth: 0, padding: "8px 12px 8px 8px" }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={lead.status === "unread" ? 700 : 500} truncate>
          {lead.name}
        </Text>
        <Text size="xs" c="dimmed" style={{ flex: "none" }}>
          <Time at={lead.created_at} />
        </Text>
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {lead.company ? `${lead.company} · ${lead.email}` : lead.email}
      </Text>
      <Text size="sm" truncate>
        <Found lead={lead}>{lead.subject ?? common.type[lead.lead_type]}</Found>
      </Text>
      <Group gap="xs" mt={4} wrap="nowrap">
        <StatusBadge status={lead.status} />
        <PriorityBadge priority={lead.priority} />
        {lead.follow_up_date && <FollowUp date={lead.follow_up_date} open={lead.status !== "archived"} />}
      </Group>
    </div>
  );
}

import { Badge } from "@mantine/core";
import type { LeadPriority, LeadStatus } from "@/lib/types";
import { common } from "@/texts/common";

export const STATUS_COLOR: Record<LeadStatus, string> = { unread: "blue", processing: "yellow", contacted: "teal", archived: "gray" };
export const PRIORITY_COLOR: Record<LeadPriority, string> = { low: "gray", medium: "blue", high: "orange", urgent: "red" };

// Dark text on a light ground, and the word itself: the colour only helps.
export function StatusBadge({ status }: { status: LeadStatus }) {
  return (
    <Badge color={STATUS_COLOR[status]} variant="light" autoContrast tt="none">
      {common.status[status]}
    </Badge>
  );
}

export function PriorityBadge({ priority }: { priority: LeadPriority }) {
  return (
    <Badge color={PRIORITY_COLOR[priority]} variant="dot" tt="none">
      {common.priority[priority]}
    </Badge>
  );
}

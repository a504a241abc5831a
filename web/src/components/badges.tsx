import { Badge, Text } from "@mantine/core";
import { IconAlertTriangleFilled, IconArrowDown, IconArrowUp, IconEqual } from "@tabler/icons-react";
import type { LeadPriority, LeadStatus } from "@/lib/types";
import { common } from "@/texts/common";
import classes from "./badges.module.css";

export const STATUS_COLOR: Record<LeadStatus, string> = { unread: "blue", processing: "yellow", contacted: "teal", archived: "gray" };

const PRIORITY: Record<LeadPriority, { color: string; icon: typeof IconEqual }> = {
  low: { color: "gray", icon: IconArrowDown },
  medium: { color: "blue", icon: IconEqual },
  high: { color: "orange", icon: IconArrowUp },
  urgent: { color: "red", icon: IconAlertTriangleFilled },
};

// The word itself says it: the colour only helps.
export function StatusBadge({ status }: { status: LeadStatus }) {
  return (
    <Badge className={classes.status} data-color={STATUS_COLOR[status]} variant="default" tt="none" fw={600}>
      {common.status[status]}
    </Badge>
  );
}

export function PriorityBadge({ priority }: { priority: LeadPriority }) {
  const { color, icon: Icon } = PRIORITY[priority];
  return (
    <Text span size="sm" className={classes.priority} data-color={color} fw={priority === "urgent" ? 600 : 400}>
      <Icon size={14} aria-hidden />
      {common.priority[priority]}
    </Text>
  );
}

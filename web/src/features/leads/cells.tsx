import { Badge, Group, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithRef, lazy, type ReactNode, Suspense } from "react";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import { Time } from "@/components/Time";
import type { ListedLead } from "@/hooks/useLeads";
import type { LeadEdit } from "@/lib/api";
import { day, today } from "@/lib/format";
import { MOVES, PRIORITIES } from "@/lib/lifecycle";
import type { Lead, LeadPriority, LeadStatus } from "@/lib/types";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import classes from "./leads.module.css";
import { Found } from "./Snippet";

const Write = lazy(() => import("./Write").then((module) => ({ default: module.Write })));

export type Choices = { assignees: string[]; tags: string[]; sources: string[]; roles: string[] };
export type CellProps = {
  lead: ListedLead;
  /** Whether the person may change it. */
  editable: boolean;
  editing: boolean;
  setEditing: (on: boolean) => void;
  save: (edit: LeadEdit) => void;
  choices: Choices | undefined;
};

/** Columns that are changed in place. */
export const EDITABLE = new Set(["status", "priority", "assignee", "follow_up_date", "quality_score", "tags"]);

export function Cell({ column, ...props }: CellProps & { column: string }) {
  const { lead, editable } = props;
  if (!editable || !EDITABLE.has(column)) return <Shown column={column} lead={lead} />;
  if (!props.editing) {
    return (
      <EditButton column={column} lead={lead} onClick={() => props.setEditing(true)}>
        <Shown column={column} lead={lead} />
      </EditButton>
    );
  }
  switch (column) {
    case "status":
      return <Choose {...props} column={column} options={MOVES[lead.status].map((status) => ({ value: status, shown: <StatusBadge status={status} /> }))} pick={(status) => ({ status: status as LeadStatus })} />;
    case "priority":
      return <Choose {...props} column={column} options={PRIORITIES.map((priority) => ({ value: priority, shown: <PriorityBadge priority={priority} /> }))} pick={(priority) => ({ priority: priority as LeadPriority })} />;
    case "assignee":
      return (
        <Choose
          {...props}
          column={column}
          options={[...(props.choices?.assignees ?? []).map((name) => ({ value: name, shown: name })), { value: "", shown: words.nobody }]}
          pick={(assignee) => ({ assignee: assignee || null })}
        />
      );
    default: {
      const shown = (
        <EditButton column={column} lead={lead}>
          <Shown column={column} lead={lead} />
        </EditButton>
      );
      return (
        <Suspense fallback={shown}>
          <Write {...props} column={column as "follow_up_date" | "quality_score" | "tags"}>
            {shown}
          </Write>
        </Suspense>
      );
    }
  }
}

/** A column's value to read. */
export function Shown({ column, lead }: { column: string; lead: ListedLead }): ReactNode {
  switch (column) {
    case "name":
      return (
        <div className={classes.two}>
          <Text span fw={lead.status === "unread" ? 700 : 500} size="sm" truncate>
            {lead.name}
          </Text>
          <Text span size="xs" c="dimmed" truncate>
            {lead.company ? `${lead.company} · ${lead.email}` : lead.email}
          </Text>
        </div>
      );
    case "subject":
      return (
        <div className={classes.two}>
          <Text span size="sm" truncate>
            {lead.subject ?? common.type[lead.lead_type]}
          </Text>
          <Text span size="xs" c="dimmed" truncate>
            <Found lead={lead}>{lead.message}</Found>
          </Text>
        </div>
      );
    case "status":
      return <StatusBadge status={lead.status} />;
    case "priority":
      return <PriorityBadge priority={lead.priority} />;
    case "tags":
      return <Tags tags={lead.tags} />;
    case "follow_up_date":
      return <FollowUp date={lead.follow_up_date} open={lead.status !== "archived"} />;
    case "lead_type":
      return common.type[lead.lead_type];
    case "created_at":
    case "updated_at":
    case "deleted_at":
    case "first_response_at":
    case "last_contacted": {
      const at = lead[column];
      return at ? <Time at={at} /> : common.none;
    }
    case "quality_score":
      return <span className="numbers">{lead.quality_score ?? common.none}</span>;
    case "consent":
      return lead.consent === null ? common.none : lead.consent ? words.yes : words.no;
    default: {
      const value = lead[column as keyof Lead];
      return value === null || value === undefined || value === "" ? <Text span c="dimmed">{common.none}</Text> : String(value);
    }
  }
}

export function Tags({ tags }: { tags: readonly string[] }) {
  if (!tags.length) return <Text span c="dimmed">{common.none}</Text>;
  return (
    <Group gap={4} wrap="nowrap" className={classes.clip} title={tags.join(", ")}>
      <Badge variant="default" size="sm" tt="none" fw={500} className={classes.tag}>
        {tags[0]}
      </Badge>
      {tags.length > 1 && <Text span size="xs" c="dimmed" style={{ flex: "none" }}>{`+${tags.length - 1}`}</Text>}
    </Group>
  );
}

export function FollowUp({ date, open }: { date: string | null; open: boolean }) {
  if (!date) return <Text span c="dimmed">{common.none}</Text>;
  const due = open && date <= today();
  return (
    <Text span size="sm" {...(due && { c: "var(--mantine-color-error)", fw: 600 })}>
      {date === today() ? words.filters.due : day(date)}
    </Text>
  );
}

type EditButtonProps = { column: string; lead: ListedLead; children: ReactNode } & ComponentPropsWithRef<"button">;

/** A value that opens its editor. What a menu or popover wants of its target comes in `rest`. */
function EditButton({ column, lead, children, ...rest }: EditButtonProps) {
  return (
    <UnstyledButton {...rest} className={classes.edit} data-column={column} tabIndex={-1}>
      <VisuallyHidden>{words.edit(words.columns[column] ?? column, lead.name)}: </VisuallyHidden>
      {children}
    </UnstyledButton>
  );
}

/** One of several, picked from a menu. */
function Choose({ column, lead, setEditing, save, options, pick }: CellProps & { column: string; options: { value: string; shown: ReactNode }[]; pick: (value: string) => LeadEdit }) {
  return (
    <Menu opened onClose={() => setEditing(false)} position="bottom-start" withinPortal trapFocus returnFocus withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <EditButton column={column} lead={lead}>
          <Shown column={column} lead={lead} />
        </EditButton>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map(({ value, shown }) => (
          <Menu.Item key={value} onClick={() => save(pick(value))}>
            {shown}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

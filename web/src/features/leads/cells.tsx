import { Badge, Group, NumberInput, Popover, Button, TagsInput, Text, TextInput, UnstyledButton, Menu, Stack } from "@mantine/core";
import { type ComponentPropsWithRef, type FormEvent, type ReactNode, useState } from "react";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import { Time } from "@/components/Time";
import type { ListedLead } from "@/hooks/useLeads";
import type { LeadEdit } from "@/lib/api";
import { day, today } from "@/lib/format";
import type { Lead, LeadPriority, LeadStatus } from "@/lib/types";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import classes from "./leads.module.css";
import { Snippet } from "./Snippet";

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

/** Where a lead can go from where it stands; app.status_moves has the last word, and says so in a 409. */
export const MOVES: Record<LeadStatus, LeadStatus[]> = {
  unread: ["processing", "contacted", "archived"],
  processing: ["unread", "contacted", "archived"],
  contacted: ["processing", "archived"],
  archived: ["processing"],
};
export const PRIORITIES: LeadPriority[] = ["low", "medium", "high", "urgent"];

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
    case "follow_up_date":
      return <Write {...props} column={column} />;
    case "quality_score":
      return <Write {...props} column={column} />;
    default:
      return <Write {...props} column="tags" />;
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
            {lead.snippet ? <Snippet html={lead.snippet} /> : lead.message}
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
    <Group gap={4} wrap="nowrap" className={classes.clip}>
      {tags.slice(0, 3).map((tag) => (
        <Badge key={tag} variant="default" size="sm" tt="none" fw={500} className={classes.tag}>
          {tag}
        </Badge>
      ))}
      {tags.length > 3 && <Text span size="xs" c="dimmed">{`+${tags.length - 3}`}</Text>}
    </Group>
  );
}

export function FollowUp({ date, open }: { date: string | null; open: boolean }) {
  if (!date) return <Text span c="dimmed">{common.none}</Text>;
  const due = open && date <= today();
  return (
    <Text span size="sm" {...(due && { c: "var(--mantine-color-red-text)", fw: 600 })}>
      {date === today() ? words.filters.due : day(date)}
    </Text>
  );
}

type EditButtonProps = { column: string; lead: ListedLead; children: ReactNode } & ComponentPropsWithRef<"button">;

/** A value that opens its editor. What a menu or popover wants of its target comes in `rest`. */
function EditButton({ column, lead, children, ...rest }: EditButtonProps) {
  return (
    <UnstyledButton {...rest} className={classes.edit} aria-label={words.edit(words.columns[column] ?? column, lead.name)} data-column={column} tabIndex={-1}>
      {children}
    </UnstyledButton>
  );
}

/** One of several, picked from a menu. */
function Choose({ column, lead, setEditing, save, options, pick }: CellProps & { column: string; options: { value: string; shown: ReactNode }[]; pick: (value: string) => LeadEdit }) {
  return (
    <Menu opened onClose={() => setEditing(false)} position="bottom-start" withinPortal trapFocus returnFocus>
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

/** Something typed: a day, a score, tags. Saved by Enter or the button, dropped by Escape. */
function Write({ column, lead, setEditing, save, choices }: CellProps & { column: "follow_up_date" | "quality_score" | "tags" }) {
  const [date, setDate] = useState(lead.follow_up_date ?? "");
  const [score, setScore] = useState<number | string>(lead.quality_score ?? "");
  const [tags, setTags] = useState<string[]>(lead.tags);
  const label = words.columns[column]!;
  function submit(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    setEditing(false);
    if (column === "tags") save({ tags });
    else if (column === "quality_score") save({ quality_score: score === "" ? null : Number(score) });
    else save({ follow_up_date: date || null });
  }
  return (
    <Popover opened onChange={(on) => on || setEditing(false)} position="bottom-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <EditButton column={column} lead={lead}>
          <Shown column={column} lead={lead} />
        </EditButton>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Stack gap="xs" miw={220}>
            {column === "tags" && <TagsInput label={label} data={choices?.tags ?? []} value={tags} onChange={setTags} maxTags={50} comboboxProps={{ withinPortal: false }} data-autofocus />}
            {column === "quality_score" && <NumberInput label={label} min={0} max={100} clampBehavior="strict" allowDecimal={false} value={score} onChange={setScore} data-autofocus />}
            {column === "follow_up_date" && <TextInput type="date" label={label} value={date} onChange={(event) => setDate(event.currentTarget.value)} data-autofocus />}
            <Group justify="end">
              <Button type="button" variant="subtle" size="xs" onClick={() => setEditing(false)}>
                {common.cancel}
              </Button>
              <Button type="submit" size="xs">
                {common.save}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

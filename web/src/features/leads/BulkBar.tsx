import { Button, CloseButton, Group, Menu, Modal, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconCalendar, IconCircleDot, IconFlag, IconRestore, IconTag, IconTrash, IconUser } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import type { BulkChange } from "@/lib/api";
import { number } from "@/lib/format";
import { PRIORITIES } from "@/lib/lifecycle";
import { may } from "@/lib/may";
import type { LeadStatus, Role } from "@/lib/types";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import type { Choices } from "./cells";
import classes from "./leads.module.css";
import type { LeadSelection } from "./useSelection";

type Props = {
  selection: LeadSelection;
  loaded: number;
  total: number;
  totalExact: boolean;
  role: Role;
  inTrash: boolean;
  choices: Choices | undefined;
  start: (change: BulkChange) => void;
};

const STATUSES = Object.keys(common.status) as LeadStatus[];

/** What can be done with the leads that are selected. */
export function BulkBar({ selection, loaded, total, totalExact, role, inTrash, choices, start }: Props) {
  const [asking, setAsking] = useState<"tags" | "day" | null>(null);
  const bulk = words.bulk;
  const more = !selection.all && selection.count >= loaded && total > loaded;
  return (
    <section className={classes.bar} aria-label={bulk.label}>
      <CloseButton aria-label={bulk.clear} onClick={selection.clear} />
      <Text size="sm" fw={600} aria-live="polite">
        {selection.all ? bulk.allSelected(number(selection.all.total), selection.all.exact) : bulk.selected(number(selection.count))}
      </Text>
      {more && (
        <Button variant="subtle" size="compact-sm" onClick={() => selection.selectAll(total, totalExact)}>
          {bulk.allMatching(number(total), totalExact)}
        </Button>
      )}
      <Group gap={6} ml="auto">
        {inTrash ? (
          may(role, "admin") && (
            <Button size="xs" leftSection={<IconRestore size={16} aria-hidden />} onClick={() => start({ kind: "restore" })}>
              {bulk.restore}
            </Button>
          )
        ) : (
          <>
            <Pick label={bulk.status} icon={<IconCircleDot size={16} aria-hidden />}>
              {STATUSES.map((status) => (
                <Menu.Item key={status} onClick={() => start({ kind: "status", status })}>
                  <StatusBadge status={status} />
                </Menu.Item>
              ))}
            </Pick>
            <Pick label={bulk.priority} icon={<IconFlag size={16} aria-hidden />}>
              {PRIORITIES.map((priority) => (
                <Menu.Item key={priority} onClick={() => start({ kind: "priority", priority })}>
                  <PriorityBadge priority={priority} />
                </Menu.Item>
              ))}
            </Pick>
            <Pick label={bulk.assignee} icon={<IconUser size={16} aria-hidden />}>
              {choices?.assignees.map((assignee) => (
                <Menu.Item key={assignee} onClick={() => start({ kind: "assignee", assignee })}>
                  {assignee}
                </Menu.Item>
              ))}
              <Menu.Item onClick={() => start({ kind: "assignee", assignee: null })}>{words.nobody}</Menu.Item>
            </Pick>
            <Button size="xs" variant="default" leftSection={<IconTag size={16} aria-hidden />} onClick={() => setAsking("tags")}>
              {bulk.tags}
            </Button>
            <Button size="xs" variant="default" leftSection={<IconCalendar size={16} aria-hidden />} onClick={() => setAsking("day")}>
              {bulk.follow_up}
            </Button>
            {may(role, "admin") && (
              <Button size="xs" variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => start({ kind: "delete" })}>
                {bulk.delete}
              </Button>
            )}
          </>
        )}
      </Group>
      {asking && (
        <Ask
          what={asking}
          choices={choices}
          close={() => setAsking(null)}
          start={(change) => {
            setAsking(null);
            start(change);
          }}
        />
      )}
    </section>
  );
}

function Pick({ label, icon, children }: { label: string; icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={icon}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}

function Ask({ what, choices, close, start }: { what: "tags" | "day"; choices: Choices | undefined; close: () => void; start: (change: BulkChange) => void }) {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [day, setDay] = useState("");
  const bulk = words.bulk;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (what === "day") return start({ kind: "follow-up", follow_up_date: day || null });
    if (add.length || remove.length) start({ kind: "tags", ...(add.length && { add }), ...(remove.length && { remove }) });
  }
  return (
    <Modal opened onClose={close} title={what === "tags" ? bulk.tags : bulk.follow_up}>
      <form onSubmit={submit}>
        <Stack>
          {what === "tags" ? (
            <>
              <TagsInput label={bulk.addTags} data={choices?.tags ?? []} value={add} onChange={setAdd} data-autofocus />
              <TagsInput label={bulk.removeTags} data={choices?.tags ?? []} value={remove} onChange={setRemove} />
            </>
          ) : (
            <TextInput type="date" label={bulk.day} description={day ? undefined : bulk.noDay} value={day} onChange={(event) => setDay(event.currentTarget.value)} data-autofocus />
          )}
          <Group justify="end">
            <Button type="submit">{bulk.preview}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

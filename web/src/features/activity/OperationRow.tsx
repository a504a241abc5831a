import { Anchor, Badge, Button, Group, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { Time } from "@/components/Time";
import { number } from "@/lib/format";
import type { Role } from "@/lib/types";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import classes from "./activity.module.css";
import { leadCount, type Operation, whatWas, whoDid, whyNotUndo } from "./operation";

const words = activity.operations;

type Props = { one: Operation; all: Operation[]; role: Role; undo: () => void };

/** One operation: what, who, when, how many, chosen how; and its undo, or why there is none. */
export function OperationRow({ one, all, role, undo }: Props) {
  const before = one.undoes ? all.find(({ operation }) => operation === one.undoes) : undefined;
  const what = one.kind !== "undo" ? whatWas(one) : before ? words.undoOf(whatWas(before)) : words.undoOfOlder;
  const why = whyNotUndo(one, role);
  return (
    <li className={classes.entry} id={rowId(one.operation)} tabIndex={-1} data-operation={one.operation}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <div className={classes.told}>
          <Group gap="xs">
            <Text fw={600} className="written" {...(one.undone && { c: "dimmed", td: "line-through" })}>
              {what}
            </Text>
            <Badge variant="default" tt="none">
              {leadCount(one.changed ?? 0)}
            </Badge>
            {one.undone && (
              <Badge variant="default" tt="none">
                {words.undone}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" className="written">
            {whoDid(one)} · <Time at={one.at} />
            {one.selected && ` · ${words.selected(one.selected)}`}
            {one.skipped_count ? ` · ${words.skipped(number(one.skipped_count))}` : ""}
          </Text>
          <Jump to={one.undone_by} all={all} label={words.showUndo} />
          <Jump to={one.undoes} all={all} label={words.showUndone} />
        </div>
        {why === null ? (
          <Button size="xs" variant="default" flex="none" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={undo} aria-label={words.undoOne(what)}>
            {common.undo}
          </Button>
        ) : (
          !one.undone && (
            <Text size="xs" c="dimmed" ta="end" maw={120}>
              {why}
            </Text>
          )
        )}
      </Group>
    </li>
  );
}

/** The way to the operation that undid this one, or was undone by it, when it is on the page. */
function Jump({ to, all, label }: { to: string | null; all: Operation[]; label: string }) {
  if (!to || !all.some(({ operation }) => operation === to)) return null;
  return (
    <Anchor component="button" type="button" size="sm" py={2} onClick={() => goTo(to)}>
      {label}
    </Anchor>
  );
}

function goTo(operation: string): void {
  const row = document.getElementById(rowId(operation));
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

function rowId(operation: string): string {
  return `operation-${operation}`;
}

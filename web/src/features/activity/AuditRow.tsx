import { Anchor, Badge, Group, ScrollArea, Table, Text } from "@mantine/core";
import { useDisclosure, useId } from "@mantine/hooks";
import { Link } from "react-router";
import { Time } from "@/components/Time";
import { leadPath } from "@/lib/routes";
import type { Answer } from "@/lib/types";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import classes from "./activity.module.css";
import { whoDid } from "./operation";

const words = activity.audit;

export type Entry = Answer<"audit">["data"][number];

/** One change as a sentence, and on demand each field before and after. */
export function AuditRow({ entry }: { entry: Entry }) {
  const [open, { toggle }] = useDisclosure();
  const id = useId();
  return (
    <li className={classes.entry} data-entry={entry.id}>
      <Group gap="xs">
        {entry.lead_id !== null && (entry.action === "created" || entry.action === "changed") && (
          <Anchor component={Link} to={leadPath(entry.lead_id)} fw={600}>
            {words.lead(entry.lead_id)}
          </Anchor>
        )}
        <Text className="written">{entry.summary}</Text>
      </Group>
      <Group gap="xs" mt={2}>
        <Text size="sm" c="dimmed">
          {whoDid(entry)} · <Time at={entry.at} /> · {words.tables[entry.table] ?? entry.table}: {words.actions[entry.action]}
        </Text>
        {entry.operation && (
          <Badge size="sm" variant="default" tt="none">
            {words.operation}
          </Badge>
        )}
        {entry.changes.length > 0 && (
          <Anchor component="button" type="button" size="sm" py={2} onClick={toggle} aria-expanded={open} aria-controls={id}>
            {open ? words.hide : words.show(entry.changes.length)}
          </Anchor>
        )}
      </Group>
      <div id={id}>{open && <Changes changes={entry.changes} />}</div>
    </li>
  );
}

function Changes({ changes }: { changes: Entry["changes"] }) {
  return (
    <ScrollArea mt="xs" type="auto">
      <Table withTableBorder withColumnBorders fz="sm" miw={420}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.field}</Table.Th>
            <Table.Th>{words.before}</Table.Th>
            <Table.Th>{words.after}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map(({ field, before, after }) => (
            <Table.Tr key={field}>
              <Table.Td>{field.replaceAll("_", " ")}</Table.Td>
              <Table.Td className="written">{shown(before)}</Table.Td>
              <Table.Td className="written">{shown(after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return common.none;
  return typeof value === "string" ? value : JSON.stringify(value);
}

import { Badge, Button, Code, Paper, Table, Text } from "@mantine/core";
import { Time } from "@/components/Time";
import { date } from "@/lib/format";
import { people } from "@/texts/people";
import type { Key } from "./keys";
import classes from "@/components/rows.module.css";

const words = people.keys;

export function KeyTable({ keys, revoke }: { keys: Key[]; revoke: (one: Key) => void }) {
  return (
    <Paper withBorder radius="md" style={{ overflow: "hidden" }}>
      <Table className={classes.rows} verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.name}</Table.Th>
            <Table.Th>{words.scope}</Table.Th>
            <Table.Th>{words.state}</Table.Th>
            <Table.Th>{words.lastUsed}</Table.Th>
            <Table.Th>{words.expires}</Table.Th>
            <Table.Th>{words.created}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((one) => (
            <Table.Tr key={one.id} data-key={one.name}>
              <Table.Td>
                <Text size="sm" fw={600} className="written">
                  {one.name}
                </Text>
                <Code fz="xs">{one.hint}…</Code>
              </Table.Td>
              <Table.Td data-label={words.scope}>{words.scopes[one.scope]}</Table.Td>
              <Table.Td data-label={words.state}>
                <Badge {...(one.state === "active" ? { variant: "dot", color: "teal" } : { variant: "default" })} tt="none">
                  {words.states[one.state]}
                </Badge>
              </Table.Td>
              <Table.Td data-label={words.lastUsed}>{one.last_used_at ? <Time at={one.last_used_at} /> : people.never}</Table.Td>
              <Table.Td data-label={words.expires}>{date(one.expires_at)}</Table.Td>
              <Table.Td data-label={words.created}>
                <span>
                  {date(one.created_at)} {words.by} {one.created_by}
                </span>
              </Table.Td>
              <Table.Td ta="end">
                {one.state === "active" && (
                  <Button size="xs" variant="default" onClick={() => revoke(one)} aria-label={words.revokeOf(one.name)}>
                    {words.revoke}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

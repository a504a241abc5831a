import { Anchor, Button, Card, Group, Table, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { overview as words } from "@/texts/overview";
import classes from "./overview.module.css";

/** A row of the chart's numbers: its name, and each number with the way to the leads behind it where there is one. */
export type ChartRow = { name: string; values: { text: string; to?: string }[] };
type Props = { title: string; summary: string; columns: string[]; rows: ChartRow[]; empty?: string | undefined; children: ReactNode };

/** A chart, in one sentence, and as a table for who can't see it, or wants the numbers. */
export function ChartCard({ title, summary, columns, rows, empty, children }: Props) {
  const [table, setTable] = useState(false);
  return (
    <Card withBorder padding="md" component="section" aria-label={title} className={classes.chart ?? ""}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={2} size="h5">
          {title}
        </Title>
        {!empty && (
          <Button flex="none" size="compact-xs" variant="subtle" aria-pressed={table} onClick={() => setTable(!table)}>
            {table ? words.charts.asChart : words.charts.asTable}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {empty ?? summary}
      </Text>
      {!empty && (table ? <Numbers title={title} columns={columns} rows={rows} /> : children)}
    </Card>
  );
}

function Numbers({ title, columns, rows }: Pick<Props, "title" | "columns" | "rows">) {
  return (
    <Table.ScrollContainer minWidth={200} mah={240}>
      <Table aria-label={title} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column} scope="col">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Th scope="row" fw={400}>
                {row.name}
              </Table.Th>
              {row.values.map(({ text, to }, place) => (
                <Table.Td key={columns[place + 1]} className="numbers">
                  {to ? (
                    <Anchor component={Link} to={to} size="sm">
                      {text}
                    </Anchor>
                  ) : (
                    text
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

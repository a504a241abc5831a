import { ActionIcon, Button, Card, Group, MultiSelect, NumberInput, Modal, SegmentedControl, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { COMPARISONS, comparisonOf, describe, FIELDS, valuesOf, withValues } from "./fields";
import { type Condition, type Group as Tree, isGroup } from "./filters";
import classes from "./leads.module.css";
import type { View } from "./useView";

const COLUMNS = Object.keys(FIELDS).map((value) => ({ value, label: words.columns[value] ?? value }));
const NEW: Condition = { column: "company", not: false, operator: "ilike", value: "**" };

/** Conditions of any columns, all or one of which hold, and groups of them. What was written by hand into the address stays as it is. */
export function FilterBuilder({ view, close }: { view: View; close: () => void }) {
  const [root, setRoot] = useState<Tree>(() => readRoot(view));
  const asWritten = view.filters.filter((filter) => filter.means === null);
  function apply() {
    const items = root.items.filter((item) => !isGroup(item) || item.items.length > 0);
    view.setFilters(root.kind === "and" ? items : items.length ? [{ ...root, items }] : []);
    close();
  }
  return (
    <Modal opened onClose={close} size="lg" title={words.builder.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Stack>
          <Level group={root} change={setRoot} deeper />
          {asWritten.map((filter) => (
            <Text key={filter.name + filter.text} size="sm" c="dimmed">
              {words.builder.unread}: {`${filter.name}=${filter.text}`}
            </Text>
          ))}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit">{words.builder.apply}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** All filters hold together; a single `or` is a group whose one condition is enough. */
function readRoot(view: View): Tree {
  const items = view.filters.flatMap((filter) => (filter.means ? [filter.means] : []));
  const [only] = items;
  if (items.length === 1 && only && isGroup(only) && only.kind === "or" && !only.not) return only;
  return { kind: "and", not: false, items };
}

function Level({ group, change, deeper = false }: { group: Tree; change: (group: Tree) => void; deeper?: boolean }) {
  const put = (place: number, item: Condition | Tree | null) =>
    change({ ...group, items: item ? group.items.with(place, item) : group.items.filter((_, at) => at !== place) });
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        value={group.kind}
        onChange={(kind) => change({ ...group, kind: kind as Tree["kind"] })}
        data={[
          { value: "and", label: words.builder.all },
          { value: "or", label: words.builder.any },
        ]}
      />
      {group.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.builder.empty}
        </Text>
      )}
      {group.items.map((item, place) =>
        isGroup(item) ? (
          <Card key={place} withBorder p="xs">
            <Group justify="space-between" align="start" wrap="nowrap">
              {item.items.every((one) => !isGroup(one)) && !item.not ? (
                <Level group={item} change={(after) => put(place, after)} />
              ) : (
                <Text size="sm">{describe(item)}</Text>
              )}
              <Remove label={words.builder.removeGroup} onClick={() => put(place, null)} />
            </Group>
          </Card>
        ) : (
          <Line key={place} condition={item} change={(after) => put(place, after)} />
        ),
      )}
      <Group gap="xs">
        <Button size="xs" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => change({ ...group, items: [...group.items, NEW] })}>
          {words.builder.add}
        </Button>
        {deeper && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => change({ ...group, items: [...group.items, { kind: group.kind === "and" ? "or" : "and", not: false, items: [NEW] }] })}
          >
            {words.builder.addGroup}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Line({ condition, change }: { condition: Condition; change: (condition: Condition | null) => void }) {
  const field = FIELDS[condition.column];
  // `status=eq.unread` of a link is, here, one of several.
  const shown: Condition = field?.kind === "choice" && condition.operator === "eq" ? withValues({ ...condition, operator: "in" }, [condition.value]) : condition;
  const place = comparisonOf(shown);
  if (!field || place < 0) {
    return (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{describe(condition)}</Text>
        <Remove label={words.builder.removeCondition} onClick={() => change(null)} />
      </Group>
    );
  }
  const comparisons = COMPARISONS[field.kind];
  function compare(at: number, column = shown.column) {
    const next = COMPARISONS[FIELDS[column]!.kind][at]!;
    const values = column === shown.column ? (valuesOf(shown) ?? []) : [];
    const after: Condition = { column, not: next.not ?? false, operator: next.operator, value: next.value ?? "" };
    change(next.value === undefined ? withValues(after, shown.operator === "is" ? [] : values) : after);
  }
  return (
    <Group gap="xs" align="start" className={classes.condition ?? ""}>
      <Select aria-label={words.builder.column} data={COLUMNS} value={shown.column} allowDeselect={false} searchable onChange={(column) => column && compare(0, column)} />
      <Select aria-label={words.builder.operator} data={comparisons.map(({ label }, at) => ({ value: String(at), label }))} value={String(place)} allowDeselect={false} onChange={(at) => compare(Number(at))} />
      <div className={classes.value}>{comparisons[place]!.value === undefined && <Value condition={shown} change={change} />}</div>
      <Remove label={words.builder.removeCondition} onClick={() => change(null)} />
    </Group>
  );
}

function Value({ condition, change }: { condition: Condition; change: (condition: Condition) => void }) {
  const field = FIELDS[condition.column]!;
  const values = valuesOf(condition) ?? [];
  const label = words.builder.value;
  const set = (...after: string[]) => change(withValues(condition, after));
  switch (field.kind) {
    case "choice":
      return <MultiSelect aria-label={label} data={Object.entries(field.choices ?? {}).map(([value, text]) => ({ value, label: text }))} value={values} onChange={(after) => set(...after)} />;
    case "tags":
      return <TagsInput aria-label={label} value={values} onChange={(after) => set(...after)} />;
    case "number":
      return <NumberInput aria-label={label} required value={values[0] ?? ""} onChange={(after) => set(String(after))} />;
    case "day":
      return <TextInput aria-label={label} required type="date" value={values[0] ?? ""} onChange={(event) => set(event.currentTarget.value)} />;
    case "time":
      return <TextInput aria-label={label} required type="date" value={(values[0] ?? "").slice(0, 10)} onChange={(event) => set(event.currentTarget.value)} />;
    default:
      return <TextInput aria-label={label} required value={values[0] ?? ""} onChange={(event) => set(event.currentTarget.value)} />;
  }
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={onClick}>
      <IconTrash size={16} aria-hidden />
    </ActionIcon>
  );
}

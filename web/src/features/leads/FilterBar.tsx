import { Button, Menu, Stack } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconChevronDown, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { today } from "@/lib/format";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import type { Choices } from "./cells";
import { describe, FIELDS } from "./fields";
import { type Condition, readArray, readList, writeArray, writeList } from "./filters";
import classes from "./leads.module.css";
import type { View } from "./useView";

const FilterBuilder = lazy(() => import("./FilterBuilder").then((module) => ({ default: module.FilterBuilder })));

const DAY_MS = 86_400_000;
const PERIODS = { day: 1, week: 7, month: 30 } as const;

/** The filters one needs most, each a chip that opens; what else holds, each a chip that goes; and the builder for the rest. */
export function FilterBar({ view, choices, me }: { view: View; choices: Choices | undefined; me: string }) {
  const [building, setBuilding] = useState(false);
  const quick = new Set(["status", "priority", "lead_type", "assignee", "tags", "source"]);
  const others = view.filters.filter((filter) => !(quick.has(filter.name) && chosen(view, filter.name)));
  const dueOn = view.filters.some((filter) => filter.name === "follow_up_date" && filter.text === `lte.${today()}`);
  return (
    <div className={classes.chips} role="group" aria-label={words.filters.label}>
      <Several view={view} column="status" options={entries(common.status)} />
      <Several view={view} column="priority" options={entries(common.priority)} />
      <Several view={view} column="lead_type" options={entries(common.type)} />
      <Several
        view={view}
        column="assignee"
        options={[...(choices?.assignees ?? [])].toSorted((a, b) => Number(b === me) - Number(a === me)).map((name) => [name, name === me ? `${words.me} (${name})` : name])}
        nobody
      />
      {choices && choices.tags.length > 0 && <Several view={view} column="tags" options={choices.tags.map((tag) => [tag, tag])} />}
      {choices && choices.sources.length > 0 && <Several view={view} column="source" options={choices.sources.map((source) => [source, source])} />}
      <Periods view={view} />
      <Button
        size="xs"
        radius="xl"
        variant={dueOn ? "light" : "default"}
        aria-pressed={dueOn}
        onClick={() => {
          view.filterColumn("follow_up_date", dueOn ? null : { column: "follow_up_date", not: false, operator: "lte", value: today() });
          if (!dueOn) view.filterColumn("status", { column: "status", not: true, operator: "in", value: "(archived)" });
        }}
      >
        {words.filters.due}
      </Button>
      <Button size="xs" radius="xl" variant="subtle" leftSection={<IconAdjustmentsHorizontal size={14} aria-hidden />} onClick={() => setBuilding(true)}>
        {words.filters.more}
      </Button>
      {others.map((filter) => {
        const text = filter.means ? describe(filter.means) : `${filter.name}=${filter.text}`;
        return (
          <Button
            key={`${filter.name}=${filter.text}`}
            size="xs"
            radius="xl"
            variant="light"
            rightSection={<IconX size={14} aria-hidden />}
            aria-label={words.filters.remove(text)}
            onClick={() => view.removeFilter(filter)}
          >
            {text}
          </Button>
        );
      })}
      {view.isFiltered && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={view.clear}>
          {words.filters.clearAll}
        </Button>
      )}
      <Suspense>{building && <FilterBuilder view={view} close={() => setBuilding(false)} />}</Suspense>
    </div>
  );
}

/** The values that a chip shows as ticked; null when the filter is one that it can't show. */
function chosen(view: View, column: string): string[] | null {
  const filters = view.filters.filter((filter) => filter.name === column);
  if (filters.length === 0) return [];
  const [filter] = filters;
  const means = filter?.means;
  if (filters.length > 1 || !means || "items" in means || means.not) return null;
  if (means.operator === "eq") return [means.value];
  if (means.operator === "in") return readList(means.value);
  if (means.operator === "cs") return readArray(means.value);
  return means.operator === "is" && means.value === "null" ? [""] : null;
}

function conditionOf(column: string, values: string[]): Condition | null {
  if (values.length === 0) return null;
  if (values.at(-1) === "") return { column, not: false, operator: "is", value: "null" };
  if (FIELDS[column]?.kind === "tags") return { column, not: false, operator: "cs", value: writeArray(values) };
  return { column, not: false, operator: "in", value: writeList(values.filter(Boolean)) };
}

function Several({ view, column, options, nobody = false }: { view: View; column: string; options: [string, string][]; nobody?: boolean }) {
  const values = chosen(view, column) ?? [];
  const all: [string, string][] = nobody ? [...options, ["", words.nobody]] : options;
  const name = words.filters[column as keyof typeof words.filters] as string;
  const labels = values.map((value) => all.find(([one]) => one === value)?.[1] ?? value);
  const set = (value: string, on: boolean) => view.filterColumn(column, conditionOf(column, on ? [...values.filter((one) => one !== value && (value === "" ? false : one !== "")), value] : values.filter((one) => one !== value)));
  return (
    <Menu closeOnItemClick={false} position="bottom-start" withinPortal>
      <Menu.Target>
        <Button size="xs" radius="xl" variant={values.length ? "light" : "default"} rightSection={<IconChevronDown size={14} aria-hidden />}>
          {labels.length ? `${name}: ${labels.length > 2 ? labels.length : labels.join(", ")}` : name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        {all.map(([value, label]) => {
          const on = values.includes(value);
          return (
            <Menu.CheckboxItem key={value} checked={on} onChange={() => set(value, !on)}>
              {label}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function Periods({ view }: { view: View }) {
  const on = view.filters.some((filter) => filter.name === "created_at");
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button size="xs" radius="xl" variant={on ? "light" : "default"} rightSection={<IconChevronDown size={14} aria-hidden />}>
          {words.filters.created_at}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={0}>
          {(Object.keys(PERIODS) as (keyof typeof PERIODS)[]).map((period) => (
            <Menu.Item key={period} onClick={() => view.filterColumn("created_at", { column: "created_at", not: false, operator: "gte", value: since(PERIODS[period]) })}>
              {words.filters.periods[period]}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => view.filterColumn("created_at", null)}>{words.filters.any}</Menu.Item>
        </Stack>
      </Menu.Dropdown>
    </Menu>
  );
}

function since(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+/, "");
}

function entries(labels: Record<string, string>): [string, string][] {
  return Object.entries(labels);
}

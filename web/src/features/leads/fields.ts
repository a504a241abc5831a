/** What the columns of a lead hold, and what one may ask of them. */
import { day } from "@/lib/format";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { type Condition, isGroup, type Group, readArray, readList, writeArray, writeList } from "./filters";

export type Kind = "text" | "choice" | "number" | "day" | "time" | "tags" | "flag";
type Field = { kind: Kind; choices?: Record<string, string> };

export const FIELDS: Record<string, Field> = {
  name: { kind: "text" },
  email: { kind: "text" },
  company: { kind: "text" },
  subject: { kind: "text" },
  message: { kind: "text" },
  phone: { kind: "text" },
  role: { kind: "text" },
  source: { kind: "text" },
  assignee: { kind: "text" },
  internal_notes: { kind: "text" },
  status: { kind: "choice", choices: common.status },
  priority: { kind: "choice", choices: common.priority },
  lead_type: { kind: "choice", choices: common.type },
  quality_score: { kind: "number" },
  response_seconds: { kind: "number" },
  tags: { kind: "tags" },
  follow_up_date: { kind: "day" },
  created_at: { kind: "time" },
  updated_at: { kind: "time" },
  first_response_at: { kind: "time" },
  last_contacted: { kind: "time" },
  consent: { kind: "flag" },
};

/** How a comparison is written and read, apart from the value that a person gives it. */
type Comparison = { not?: boolean; operator: string; label: string; value?: string };
const EMPTY: Comparison[] = [
  { operator: "is", value: "null", label: words.operators.isEmpty },
  { operator: "is", not: true, value: "null", label: words.operators.isNotEmpty },
];

export const COMPARISONS: Record<Kind, Comparison[]> = {
  text: [
    { operator: "ilike", label: words.operators.contains },
    { operator: "ilike", not: true, label: words.operators.containsNot },
    { operator: "eq", label: words.operators.is },
    { operator: "neq", label: words.operators.isNot },
    ...EMPTY,
  ],
  choice: [
    { operator: "in", label: words.operators.isOneOf },
    { operator: "in", not: true, label: words.operators.isNoneOf },
  ],
  number: [
    { operator: "gte", label: words.operators.atLeast },
    { operator: "lte", label: words.operators.atMost },
    { operator: "eq", label: words.operators.is },
    ...EMPTY,
  ],
  day: [
    { operator: "lte", label: words.operators.until },
    { operator: "gte", label: words.operators.from },
    { operator: "eq", label: words.operators.is },
    ...EMPTY,
  ],
  time: [{ operator: "gte", label: words.operators.from }, { operator: "lt", label: words.operators.before }, ...EMPTY],
  tags: [
    { operator: "cs", label: words.operators.has },
    { operator: "cs", not: true, label: words.operators.hasNot },
  ],
  flag: [
    { operator: "is", value: "true", label: words.operators.yes },
    { operator: "is", value: "false", label: words.operators.no },
    ...EMPTY,
  ],
};

/** The comparison that a condition is one of, by its place; -1 when it was written by hand. */
export function comparisonOf(condition: Condition): number {
  const field = FIELDS[condition.column];
  if (!field) return -1;
  return COMPARISONS[field.kind].findIndex(
    ({ operator, not = false, value }) =>
      operator === condition.operator && not === condition.not && (value === undefined ? valuesOf(condition) !== null : value === condition.value),
  );
}

/** What a person gave a condition: one text, or several where it is about one of several; null when it can't be shown so. */
export function valuesOf({ operator, value }: Condition): string[] | null {
  if (operator === "in") return readList(value);
  if (operator === "cs") return readArray(value);
  if (operator !== "ilike") return [value];
  const text = /^\*(.*)\*$/s.exec(value)?.[1];
  return text === undefined || text.includes("*") ? null : [text];
}

export function withValues(condition: Condition, values: string[]): Condition {
  const [first = ""] = values;
  const { operator } = condition;
  const value =
    operator === "in" ? writeList(values)
    : operator === "cs" ? writeArray(values)
    : operator === "ilike" ? `*${first}*`
    : first;
  return { ...condition, value };
}

/** A filter in words: "Company contains acme". */
export function describe(item: Condition | Group): string {
  if (isGroup(item)) {
    const text = item.items.map(describe).join(item.kind === "or" ? " or " : " and ");
    return item.not ? `not (${text})` : text;
  }
  const column = words.columns[item.column] ?? item.column;
  const field = FIELDS[item.column];
  // `status=eq.unread`, as a link may say it, is what the chooser calls one of several.
  if (field?.choices && item.operator === "eq") return `${column}: ${field.choices[item.value] ?? item.value}`;
  const comparison = field && COMPARISONS[field.kind][comparisonOf(item)];
  if (!comparison) return `${column} ${item.not ? "not " : ""}${item.operator} ${item.value}`;
  if (comparison.value !== undefined) return `${column} ${comparison.label}`;
  const values = (valuesOf(item) ?? []).map((value) => field.choices?.[value] ?? shown(field.kind, value));
  if (field.choices && !item.not) return `${column}: ${values.join(", ")}`;
  return `${column} ${comparison.label} ${values.join(", ")}`;
}

function shown(kind: Kind, value: string): string {
  const date = /^\d{4}-\d\d-\d\d/.exec(value)?.[0];
  return (kind === "day" || kind === "time") && date ? day(date) : value;
}

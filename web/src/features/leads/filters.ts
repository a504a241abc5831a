/**
 * The filters of a list, as the API writes them (docs/api.md, Lists): `column=operator.value`, and trees in `or=(...)` and `and=(...)`.
 * What is read here is written back the same; what can't be read stays as it came.
 */

export type Condition = { column: string; not: boolean; operator: string; value: string };
export type Group = { kind: "and" | "or"; not: boolean; items: (Condition | Group)[] };
/** One parameter of the query: its name, its text, and what it means where it can be read. */
export type Filter = { name: string; text: string; means: Condition | Group | null };

/** What is no filter of a column: how the list is asked for, and where it is looked. */
const OTHERS = new Set(["select", "order", "limit", "offset", "cursor", "view", "q"]);
const OPERATORS = new Set(
  "eq neq gt gte lt lte in is like ilike match imatch isdistinct cs cd ov fts plfts phfts wfts sl sr nxl nxr adj".split(" "),
);

export function isGroup(item: Condition | Group): item is Group {
  return "items" in item;
}

/** The filters of a query, in its order. */
export function readFilters(parameters: URLSearchParams): Filter[] {
  const filters: Filter[] = [];
  for (const [name, text] of parameters) {
    if (OTHERS.has(name) || name.startsWith("_")) continue;
    filters.push({ name, text, means: isTree(name) ? readTree(name, text) : readCondition(name, text) });
  }
  return filters;
}

export function readCondition(column: string, text: string): Condition {
  const not = text.startsWith("not.");
  const [operator = "", ...rest] = (not ? text.slice(4) : text).split(".");
  const known = operator.replace(/\((any|all|\w+)\)$/, "");
  if (OPERATORS.has(known) && rest.length) return { column, not, operator, value: rest.join(".") };
  return { column, not: false, operator: "eq", value: text };
}

/** As it stands behind `column=`. Always with its operator, so that no value is taken for one. */
export function writeCondition({ not, operator, value }: Condition): string {
  return `${not ? "not." : ""}${operator}.${value}`;
}

/** A group as a parameter: its name and its text. */
export function writeGroup(group: Group): [name: string, text: string] {
  return [`${group.not ? "not." : ""}${group.kind}`, `(${group.items.map(writeItem).join(",")})`];
}

/** The texts of `in.(...)`. */
export function readList(value: string): string[] {
  if (!value.startsWith("(") || !value.endsWith(")")) return [];
  return split(value.slice(1, -1)).map(unquote);
}

export function writeList(values: readonly string[]): string {
  return `(${values.map(quote).join(",")})`;
}

/** The words of `cs.{...}`, an array of PostgreSQL's. */
export function readArray(value: string): string[] {
  if (!value.startsWith("{") || !value.endsWith("}")) return [];
  return split(value.slice(1, -1)).map(unquote);
}

export function writeArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${escape(value)}"`).join(",")}}`;
}

function isTree(name: string): boolean {
  return /^(not\.)?(and|or)$/.test(name);
}

function readTree(name: string, text: string): Group | null {
  if (!text.startsWith("(") || !text.endsWith(")")) return null;
  const not = name.startsWith("not.");
  const items: (Condition | Group)[] = [];
  for (const part of split(text.slice(1, -1))) {
    const item = readItem(part);
    if (!item) return null;
    items.push(item);
  }
  return items.length ? { kind: name.endsWith("and") ? "and" : "or", not, items } : null;
}

function readItem(text: string): Condition | Group | null {
  const tree = /^((?:not\.)?(?:and|or))(\(.*)$/s.exec(text);
  if (tree) return readTree(tree[1]!, tree[2]!);
  const dot = text.indexOf(".");
  if (dot <= 0) return null;
  const condition = readCondition(text.slice(0, dot), text.slice(dot + 1));
  return { ...condition, value: condition.value.startsWith('"') ? unquote(condition.value) : condition.value };
}

function writeItem(item: Condition | Group): string {
  if (isGroup(item)) return writeGroup(item).join("");
  const bare = item.operator === "in" || item.operator === "is" || /^[cs][sd]$|^ov$/.test(item.operator);
  return `${item.column}.${writeCondition({ ...item, value: bare ? item.value : quote(item.value) })}`;
}

/** Parts between commas that stand in no parentheses, braces or quotes. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted && character === "\\") {
      part += character + (text[++at] ?? "");
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && "({".includes(character)) depth++;
    else if (!quoted && ")}".includes(character)) depth--;
    if (character === "," && !quoted && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return text ? [...parts, part] : [];
}

function quote(value: string): string {
  return /^[^\s"\\(),.:{}]+$/.test(value) ? value : `"${escape(value)}"`;
}

function escape(value: string): string {
  return value.replace(/["\\]/g, "\\$&");
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, "$1") : value;
}

import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { usePreferences } from "@/lib/preferences";
import { NEW_LEAD, OPEN_LEAD } from "@/lib/order";
import { type Condition, type Filter, type Group, isGroup, readFilters, writeCondition, writeGroup } from "./filters";

export const DEFAULT_COLUMNS = ["name", "subject", "status", "priority", "tags", "assignee", "follow_up_date", "created_at"];
const COLUMNS = "_columns";
const DENSITY = "_density";
// What is open beside the table is no part of the view.
const PASSING = [OPEN_LEAD, NEW_LEAD];

export type Order = { column: string; descending: boolean };

/** The table's view, which is the page's query: filters, search, order, columns and density. Each change is a step back in the browser. */
export function useView() {
  const [parameters, setParameters] = useSearchParams();
  const [preferences, prefer] = usePreferences();
  const key = useMemo(() => viewOf(parameters), [parameters]);
  const view = useMemo(() => {
    const named = new URLSearchParams(key);
    const columns = named.get(COLUMNS)?.split(",").filter(Boolean);
    const density = named.get(DENSITY);
    return {
      filters: readFilters(named),
      q: named.get("q") ?? "",
      place: named.get("view") ?? "inbox",
      order: readOrder(named.get("order")),
      columns: columns?.length ? columns : (preferences.columns ?? DEFAULT_COLUMNS),
      density: density === "compact" || density === "comfortable" ? density : preferences.density,
    };
  }, [key, preferences]);

  const change = useCallback(
    (by: (parameters: URLSearchParams) => void, { replace = false } = {}) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          by(after);
          return after;
        },
        { replace },
      ),
    [setParameters],
  );

  return {
    ...view,
    /** What stands behind `?`, without what is open beside. */
    query: key,
    /** The same for the API: nothing that begins with `_`. Never empty: `view=inbox` says it all. */
    filterQuery: useMemo(() => apiQuery(key), [key]),
    isFiltered: view.filters.length > 0 || view.q !== "",
    show: useCallback((query: string) => setParameters(keepPassing(parameters, query)), [parameters, setParameters]),
    search: useCallback((q: string) => change((after) => (q ? after.set("q", q) : after.delete("q")), { replace: true }), [change]),
    sort: useCallback(
      (order: Order | null) =>
        change((after) => (order ? after.set("order", `${order.column}.${order.descending ? "desc" : "asc"}.nullslast`) : after.delete("order"))),
      [change],
    ),
    /** Replaces all filters of a column by one, or by none. */
    filterColumn: useCallback(
      (column: string, condition: Condition | null) =>
        change((after) => {
          after.delete(column);
          if (condition) after.append(column, writeCondition(condition));
        }),
      [change],
    ),
    removeFilter: useCallback((filter: Filter) => change((after) => after.delete(filter.name, filter.text)), [change]),
    setFilters: useCallback(
      (items: (Condition | Group)[]) =>
        change((after) => {
          for (const { name } of readFilters(after)) after.delete(name);
          for (const item of items) {
            if (isGroup(item)) after.append(...writeGroup(item));
            else after.append(item.column, writeCondition(item));
          }
        }),
      [change],
    ),
    clear: useCallback(
      () =>
        change((after) => {
          for (const { name } of readFilters(after)) after.delete(name);
          after.delete("q");
        }),
      [change],
    ),
    setColumns: useCallback(
      (columns: string[] | null) => {
        prefer({ columns });
        change((after) => after.delete(COLUMNS), { replace: true });
      },
      [change, prefer],
    ),
    setDensity: useCallback(
      (density: "comfortable" | "compact") => {
        prefer({ density });
        change((after) => after.delete(DENSITY), { replace: true });
      },
      [change, prefer],
    ),
    open: useCallback((id: number) => change((after) => after.set(OPEN_LEAD, String(id)), { replace: parameters.has(OPEN_LEAD) }), [change, parameters]),
    opened: Number(parameters.get(OPEN_LEAD)) || null,
  };
}

export type View = ReturnType<typeof useView>;

/** The parameters that make a view, in their order. */
export function viewOf(parameters: URLSearchParams): string {
  const kept = new URLSearchParams([...parameters].filter(([name]) => !PASSING.includes(name)));
  return kept.toString();
}

/** A view with its columns and density, so that its link shows the same to everybody. */
export function portable(view: Pick<View, "query" | "columns" | "density">): string {
  const parameters = new URLSearchParams(view.query);
  parameters.set(COLUMNS, view.columns.join(","));
  parameters.set(DENSITY, view.density);
  return parameters.toString();
}

function apiQuery(query: string): string {
  const kept = new URLSearchParams([...new URLSearchParams(query)].filter(([name]) => !name.startsWith("_") && name !== "order"));
  return kept.size ? kept.toString() : "view=inbox";
}

function readOrder(text: string | null): Order | null {
  const [column, direction] = (text?.split(",")[0] ?? "").split(".");
  return column ? { column, descending: direction === "desc" } : null;
}

function keepPassing(before: URLSearchParams, query: string): URLSearchParams {
  const after = new URLSearchParams(query);
  for (const name of PASSING) if (before.has(name)) after.set(name, before.get(name)!);
  return after;
}

import { useCallback, useMemo, useState } from "react";
import type { Selection } from "@/lib/api";

type Selected = { kind: "ids"; ids: ReadonlySet<number> } | { kind: "all"; filter: string; total: number; exact: boolean };

const NONE: Selected = { kind: "ids", ids: new Set() };

/** Which leads are selected: some by their number, kept while one scrolls and filters, or all that a filter means. */
export function useSelection(loaded: readonly number[], filter: string) {
  const [selected, setSelected] = useState<Selected>(NONE);
  const [last, setLast] = useState<number | null>(null);
  // "All that match" is of the filter it was said about.
  const now = selected.kind === "all" && selected.filter !== filter ? NONE : selected;

  const toggle = useCallback(
    (id: number, range = false) => {
      setSelected((before) => {
        const ids = new Set(before.kind === "ids" ? before.ids : loaded);
        const [from, to] = [last === null ? -1 : loaded.indexOf(last), loaded.indexOf(id)].toSorted((a, b) => a - b) as [number, number];
        const on = !ids.has(id);
        const touched = range && from >= 0 ? loaded.slice(from, to + 1) : [id];
        for (const one of touched) {
          if (on) ids.add(one);
          else ids.delete(one);
        }
        return { kind: "ids", ids };
      });
      setLast(id);
    },
    [last, loaded],
  );

  return {
    has: useCallback((id: number) => now.kind === "all" || now.ids.has(id), [now]),
    all: now.kind === "all" ? now : null,
    count: now.kind === "all" ? now.total : now.ids.size,
    /** As a bulk change names them. */
    selection: useMemo<Selection>(() => (now.kind === "all" ? { filter: now.filter } : { ids: [...now.ids] }), [now]),
    toggle,
    selectLoaded: useCallback(() => setSelected({ kind: "ids", ids: new Set(loaded) }), [loaded]),
    selectAll: useCallback((total: number, exact: boolean) => setSelected({ kind: "all", filter, total, exact }), [filter]),
    clear: useCallback(() => setSelected(NONE), []),
  };
}

export type LeadSelection = ReturnType<typeof useSelection>;

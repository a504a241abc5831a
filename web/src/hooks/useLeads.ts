import { useCallback, useEffect, useMemo, useState } from "react";
import useSWRInfinite from "swr/infinite";
import { inboxChanges } from "@/lib/changes";
import { latest, known } from "@/lib/edits";
import { useStore } from "@/lib/store";
import { REFRESH_MS } from "@/lib/swr";
import type { FoundPage, Lead, LeadPage } from "@/lib/types";

export const PAGE_SIZE = 100;
// A page's cursor is its last lead's place: when the first page moves, all after it are read again. Who has scrolled past this many
// pages isn't moved any more, and is told that there is something new.
const PAGES_KEPT_FRESH = 3;

export type ListedLead = Lead & { snippet?: string };

/**
 * The leads that a query means (what stands behind `?` in the API's list), page by page. With `q` and no order of its own they come by
 * rank, with snippets. `stale`: there is something new that `refresh` would show, from the top.
 */
export function useLeads(query: string) {
  const parameters = useMemo(() => new URLSearchParams(query), [query]);
  const path = parameters.get("q") && !parameters.get("order") ? "/admin/leads/search" : "/admin/leads";
  const key = useCallback(
    (index: number, before: LeadPage | null) => {
      if (before && !before.next) return null;
      const asked = new URLSearchParams([...parameters].filter(([name]) => !name.startsWith("_")));
      asked.set("limit", String(PAGE_SIZE));
      if (index && before?.next) asked.set("cursor", before.next);
      return `${path}?${asked}`;
    },
    [parameters, path],
  );
  const { data, error, isLoading, isValidating, size, setSize, mutate } = useSWRInfinite<LeadPage | FoundPage, unknown>(key, {
    revalidateFirstPage: true,
    refreshInterval: (pages) => ((pages as unknown[] | undefined)?.length ?? 0) > PAGES_KEPT_FRESH ? 0 : REFRESH_MS,
    keepPreviousData: true,
  });
  const now = useStore(known);
  const deep = size > PAGES_KEPT_FRESH;
  const [missed, setMissed] = useState(false);

  useEffect(() => inboxChanges.subscribe(() => (deep ? setMissed(true) : void mutate())), [deep, mutate]);

  const leads = useMemo(() => {
    const ids = new Set<number>();
    const rows: ListedLead[] = [];
    for (const page of data ?? []) {
      for (const lead of page.data) {
        if (!ids.has(lead.id)) rows.push(latest(lead, now));
        ids.add(lead.id);
      }
    }
    return rows;
  }, [data, now]);

  const last = data?.at(-1);
  return {
    leads,
    total: data?.[0]?.total ?? 0,
    totalExact: data?.[0]?.total_exact ?? true,
    error,
    isLoading,
    isValidating,
    hasMore: Boolean(last?.next),
    /** Whether a further page is on its way. */
    loadingMore: isValidating && size > (data?.length ?? 0),
    loadMore: useCallback(() => void setSize((pages) => pages + 1), [setSize]),
    stale: deep && missed,
    refresh: useCallback(async () => {
      setMissed(false);
      await setSize(1);
      await mutate();
    }, [setSize, mutate]),
  };
}

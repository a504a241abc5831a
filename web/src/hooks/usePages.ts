import { useCallback, useEffect, useMemo } from "react";
import useSWRInfinite from "swr/infinite";
import { inboxChanges } from "@/lib/changes";
import { REFRESH_MS } from "@/lib/swr";

type Page<Row> = { data: Row[]; next: string | null };

const PAGE_SIZE = 50;
// When something new comes all pages after it move, and are read again. Who has read this far back isn't moved any more.
const PAGES_KEPT_FRESH = 3;

/**
 * A story that is told newest first, page by page: what is at `url` (null: nothing is asked), which takes `limit` and `cursor`. `id` names
 * a row, so that none shows twice when new ones come between two pages. `every`: in ms, how often it is read again.
 */
export function usePages<Row>(url: string | null, id: (row: Row) => string | number, every = REFRESH_MS) {
  const key = useCallback(
    (index: number, before: Page<Row> | null) => {
      if (url === null || (before && !before.next)) return null;
      const [path, query] = url.split("?");
      const asked = new URLSearchParams(query);
      asked.set("limit", String(PAGE_SIZE));
      if (index && before?.next) asked.set("cursor", before.next);
      return `${path}?${asked}`;
    },
    [url],
  );
  const { data, error, isLoading, isValidating, size, setSize, mutate } = useSWRInfinite<Page<Row>, unknown>(key, {
    refreshInterval: (pages) => ((pages as unknown[] | undefined)?.length ?? 0) > PAGES_KEPT_FRESH ? 0 : every,
    keepPreviousData: false,
  });
  const deep = size > PAGES_KEPT_FRESH;
  useEffect(() => inboxChanges.subscribe(() => (deep ? undefined : void mutate())), [deep, mutate]);

  const rows = useMemo(() => [...new Map((data ?? []).flatMap((page) => page.data).map((row) => [id(row), row])).values()], [data, id]);
  return {
    rows: data ? rows : undefined,
    error,
    isLoading,
    hasMore: Boolean(data?.at(-1)?.next),
    loadingMore: isValidating && size > (data?.length ?? 0),
    loadMore: () => void setSize(size + 1),
    refresh: () => mutate(),
  };
}

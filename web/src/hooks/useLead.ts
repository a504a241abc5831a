import { useEffect } from "react";
import useSWR from "swr";
import { latest, known, learn } from "@/lib/edits";
import { leadKey } from "@/lib/keys";
import { useStore } from "@/lib/store";
import type { Lead } from "@/lib/types";

/** One lead, with the edits on their way. A Problem of 404 when it is not there, or in the trash. */
export function useLead(id: number | null) {
  const { data, ...rest } = useSWR<Lead>(id === null ? null : leadKey(id), { keepPreviousData: false });
  const now = useStore(known);
  useEffect(() => {
    if (data) learn(data);
  }, [data]);
  return { lead: data ? latest(data, now) : undefined, ...rest };
}

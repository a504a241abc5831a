import useSWR from "swr";
import { STATS } from "@/lib/keys";
import type { LeadStats } from "@/lib/types";

/** The KPIs of this moment. */
export function useLeadStats() {
  return useSWR<LeadStats>(STATS);
}

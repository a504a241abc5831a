import useSWR from "swr";
import { number, percent } from "@/lib/format";
import { leadsPath } from "@/lib/routes";
import type { Answer } from "@/lib/types";
import { overview as words } from "@/texts/overview";

export type Trends = Answer<"leadTrends">;
export const PERIODS = ["24h", "7d", "30d", "90d", "12m"] as const;
export type Period = (typeof PERIODS)[number];

export function useTrends(period: Period, timeZone: string) {
  return useSWR<Trends>(`/admin/leads/trends?${new URLSearchParams({ period, time_zone: timeZone })}`);
}

/** The leads of a period, and those of them that more holds for, as the table shows them: what stands behind a number. */
export function behind(trends: Pick<Trends, "from" | "until">, filters: [string, string][] = []): string {
  return `${leadsPath()}?${new URLSearchParams([["created_at", `gte.${trends.from}`], ["created_at", `lt.${trends.until}`], ...filters])}`;
}

export const STEP_FILTERS: Record<string, [string, string][]> = {
  arrived: [],
  opened: [["or", "(status.neq.unread,first_response_at.not.is.null)"]],
  contacted: [["first_response_at", "not.is.null"]],
  archived: [["status", "in.(archived)"], ["first_response_at", "not.is.null"]],
};

/** Of leads that name no source those of a form are direct, which have an address; of others it is unknown. */
const UNNAMED: Record<string, string> = { direct: "not.is.null", unknown: "is.null" };

export function sourceFilter(source: string): [string, string][] {
  const address = UNNAMED[source];
  return address ? [["or", `(source.eq.${source},and(source.is.null,metadata->>ip_address.${address}))`]] : [["source", `eq.${source}`]];
}

/** The leads that waited for their first answer as long as one bar means. */
export function waitFilter({ from_seconds: from, to_seconds: to }: Trends["response_times"][number]): [string, string][] {
  const shortest: [string, string][] = from > 0 ? [["response_seconds", `gte.${from}`]] : [];
  return to === null ? shortest : [...shortest, ["response_seconds", `lt.${to}`]];
}

export type Direction = "better" | "worse" | "same";
export type Change = { text: string; direction: Direction; arrow: "up" | "down" | null };

const SAME: Change = { text: words.change.same, direction: "same", arrow: null };

export function countChange({ previous, change_percent: by }: Trends["totals"]["leads"]): Change {
  if (by === null) return previous === 0 ? { ...SAME, text: words.change.none } : SAME;
  if (by === 0) return SAME;
  const text = `${number(Math.abs(by))}\u00a0%`;
  return by > 0 ? { text: words.change.more(text), direction: "better", arrow: "up" } : { text: words.change.less(text), direction: "worse", arrow: "down" };
}

export function shareChange({ value, previous }: Trends["totals"]["conversion"]): Change {
  if (value === null || previous === null) return { ...SAME, text: words.change.none };
  const points = Math.round((value - previous) * 100);
  if (points === 0) return SAME;
  return points > 0 ? { text: words.change.up(number(points)), direction: "better", arrow: "up" } : { text: words.change.down(number(-points)), direction: "worse", arrow: "down" };
}

/** Of a time less is better. */
export function timeChange(now: number | null, before: number | null, shown: (seconds: number) => string): Change {
  if (now === null || before === null) return { ...SAME, text: words.change.none };
  const by = now - before;
  if (Math.abs(by) < 60) return { ...SAME, text: words.change.sameTime };
  return by < 0 ? { text: words.change.faster(shown(-by)), direction: "better", arrow: "down" } : { text: words.change.slower(shown(by)), direction: "worse", arrow: "up" };
}

export function shareOf(part: number, whole: number): string {
  return percent(whole ? part / whole : null);
}

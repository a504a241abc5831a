/** Days as people choose them, in the time zone they chose, and the moments that the API is asked for. */
import { timeZone } from "@/lib/preferences";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** The moment at which a day (2026-12-01) begins in a zone, as the API takes it; null of what is no day. */
export function beginOf(day: string, zone = timeZone()): string | null {
  const utc = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return null;
  // The zone's offset at midnight is only known of a moment: the guess by UTC's is mended once, for days on which clocks change.
  const guess = utc - offset(utc, zone);
  return new Date(utc - offset(guess, zone)).toISOString();
}

/** The moment at which the day after begins. */
export function endOf(day: string, zone = timeZone()): string | null {
  const next = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
  return beginOf(day, zone) && beginOf(new Date(next).toISOString().slice(0, 10), zone);
}

/** How far a zone's clocks are ahead of UTC at a moment, in ms. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"].map((type) =>
    Number(parts.find((part) => part.type === type)?.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

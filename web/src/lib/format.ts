/** Numbers and times as people read them, in the time zone they chose. */
import { timeZone } from "./preferences";

const LOCALE = "en-GB";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const numbers = new Intl.NumberFormat(LOCALE);
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "narrow" });

export function number(value: number): string {
  return numbers.format(value);
}

export function shortNumber(value: number): string {
  return compact.format(value);
}

export function percent(share: number | null): string {
  return share === null ? "–" : `${numbers.format(Math.round(share * 1000) / 10)}\u00a0%`;
}

/** +12.5 %; an en dash from an empty period, from which there is no change to speak of. */
export function change(value: number | null): string {
  if (value === null) return "–";
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${numbers.format(Math.abs(value))}\u00a0%`;
}

/** 45 s, 12 min, 3 h 20 min, 2 d 4 h. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)} min`;
  const [big, small, unit, below] = seconds < DAY ? [HOUR, MINUTE, "h", "min"] : [DAY, HOUR, "d", "h"];
  const whole = Math.floor(seconds / (big as number));
  const rest = Math.floor((seconds % (big as number)) / (small as number));
  return `${whole} ${unit}${rest ? ` ${rest} ${below}` : ""}`;
}

/** 5 min ago, yesterday; a date when it is longer than a month ago. */
export function ago(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const age = Math.abs(seconds);
  if (age < MINUTE) return "now";
  if (age < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (age < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (age < 30 * DAY) return relative.format(Math.round(seconds / DAY), "day");
  return date(at);
}

export function date(at: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: timeZone() }).format(new Date(at));
}

export function dateTime(at: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", timeZone: timeZone() }).format(new Date(at));
}

/** A day without a time (2026-12-01), which is the same day everywhere. */
export function day(value: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${value}T00:00:00Z`));
}

/** Today where the person is, as the API writes a day. */
export function today(now = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: timeZone() }).format(now);
}

import { timeZone } from "@/lib/preferences";

/** The moment that a day and time (2026-12-01T10:00) mean on the clocks of a zone, as the API takes it. */
export function momentOf(local: string, zone = timeZone()): string {
  const utc = Date.parse(`${local}Z`);
  // How far the clocks are ahead is only known of a moment: the guess by UTC's is mended once, for days on which clocks change.
  const guess = utc - ahead(utc, zone);
  return new Date(utc - ahead(guess, zone)).toISOString();
}

function ahead(at: number, zone: string): number {
  const clocks = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(at);
  return Date.parse(`${clocks.replace(" ", "T")}Z`) - Math.floor(at / 1000) * 1000;
}

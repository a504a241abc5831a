/** The outbox's shapes, as the contract has them, and how a filter of the page is a filter of the API. */
import type { components } from "@/lib/api-types";
import { MAIL } from "@/lib/keys";
import type { Mail } from "@/lib/types";

/** The contract has this as what a Mail holds and more; a generator can't put the two together. */
export type MailWithContent = Mail & components["schemas"]["MailWithContent"];
export type MailStatus = components["schemas"]["MailStatus"];
export type Template = components["schemas"]["MailTemplate"];
export type TemplateText = components["schemas"]["MailTemplateText"];

export const EVERY_MS = 5000;
export const PARTS = ["subject", "body_text", "body_html"] as const;

const STATES = { all: "", waiting: "queued,sending", sent: "sent", failed: "failed", skipped: "skipped" } as const;
export type Filter = keyof typeof STATES;
export const FILTERS = Object.keys(STATES) as Filter[];

/** The filter that an address names; all of them for one that it doesn't. */
export function filterOf(parameters: URLSearchParams): Filter {
  const named = parameters.get("show");
  return FILTERS.find((filter) => filter === named) ?? "all";
}

export function mailsUrl(filter: Filter): string {
  return STATES[filter] ? `${MAIL}?state=${STATES[filter]}` : MAIL;
}

/** Whether a person can have it sent (again). */
export function canRetry(mail: Mail): boolean {
  return mail.state === "failed" || mail.state === "skipped" || mail.state === "queued";
}

/** Why there is nothing to read of a mail without content. Of a merged one, the mail that it is part of tells. */
export function whyNoContent({ state }: Mail): "notMade" | "never" | "none" | "erased" | null {
  if (state === "queued" || state === "sending") return "notMade";
  if (state === "sent") return "erased"; // it was made, and only an erasure takes that away
  if (state === "skipped") return "never";
  return state === "failed" ? "none" : null;
}

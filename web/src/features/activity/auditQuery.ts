/** The audit's filters, as they stand in the page's address. Days there are the person's; the API is asked for moments. */
import { beginOf, endOf } from "./days";

export const FILTERS = ["actor", "action", "table", "since", "until"] as const;
export type Filter = (typeof FILTERS)[number];

/** What the API is asked, in its own words. A day that is none doesn't narrow anything down: its field says so. */
export function auditUrl(parameters: URLSearchParams): string {
  const asked = new URLSearchParams();
  for (const name of FILTERS) {
    const value = parameters.get(name);
    const sent = !value ? null : name === "since" ? beginOf(value) : name === "until" ? endOf(value) : value;
    if (sent) asked.set(name, sent);
  }
  const query = asked.toString();
  return query ? `/admin/audit?${query}` : "/admin/audit";
}

/** The address with another value of one filter; all else in it stays. */
export function withFilter(parameters: URLSearchParams, name: Filter, value: string): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  if (value) changed.set(name, value);
  else changed.delete(name);
  return changed;
}

export function withoutFilters(parameters: URLSearchParams): URLSearchParams {
  const left = new URLSearchParams(parameters);
  for (const name of FILTERS) left.delete(name);
  return left;
}

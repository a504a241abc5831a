/** What stands in a lead's fields, as people read it. */
import { dateTime, day } from "@/lib/format";
import type { Contact } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";

const LABELS: Record<string, Record<string, string>> = { status: common.status, priority: common.priority, lead_type: common.type };

export function fieldName(field: string): string {
  return words.fields[field] ?? field;
}

/** A value of a field in words; what is nothing says so. */
export function shown(field: string, value: unknown): string {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return words.history.empty;
  if (typeof value === "string") {
    if (LABELS[field]) return LABELS[field][value] ?? value;
    if (field === "follow_up_date") return day(value);
    return /_at$|^last_contacted$/.test(field) ? dateTime(value) : value;
  }
  if (field === "contact_history") return (value as Contact[]).map((contact) => words.contacts.channels[contact.channel] ?? contact.channel).join(", ");
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

import type { LeadPriority, LeadStatus } from "./types";

/** Where a lead can go from where it stands; app.status_moves has the last word, and says so in a 409. */
export const MOVES: Record<LeadStatus, LeadStatus[]> = {
  unread: ["processing", "contacted", "archived"],
  processing: ["contacted", "archived", "unread"],
  contacted: ["archived", "processing"],
  archived: ["processing"],
};

export const PRIORITIES: LeadPriority[] = ["low", "medium", "high", "urgent"];

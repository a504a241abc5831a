/** Operations in words. */
import { day, number } from "@/lib/format";
import type { Answer, Role } from "@/lib/types";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";

const words = activity.operations;

// The contract leaves open what an operation's new values are.
export type Operation = Omit<Answer<"listOperations">["data"][number], "changes"> & { changes: Record<string, unknown> | null };
export type Undone = Answer<"undo">;

/** "Changed the status to archived": what was done, with its new value. */
export function whatWas(operation: Pick<Operation, "kind" | "changes">): string {
  const values = Object.entries(operation.changes ?? {}).flatMap(([field, value]) => said(field, value) ?? []);
  return [words.kinds[operation.kind], values.join(", ")].filter(Boolean).join(" ");
}

/** Who did it: a person, a job of the service, or somebody in psql. */
export function whoDid({ actor, actor_role, session_user }: Pick<Operation, "actor" | "actor_role" | "session_user">): string {
  if (actor_role === "job") return activity.byJob;
  return actor ?? activity.bySQL(session_user);
}

export function leadCount(count: number): string {
  return activity.leads(number(count));
}

/** Why a role may not undo it; null: it may. Only an admin writes the trash, which an undo of such an operation does too. */
export function whyNotUndo(operation: Operation, role: Role): string | null {
  if (!operation.can_undo) return operation.undone ? words.undone : words.final;
  return role !== "admin" && (operation.kind === "delete" || operation.kind === "restore") ? words.needsAdmin : null;
}

/** What an undo did, a sentence each. */
export function undoReport({ changed, skipped_count, skipped }: Undone): string[] {
  const gone = skipped.filter(({ reason }) => reason === "not_found").length;
  const since = skipped_count - gone;
  return [
    changed === 0 ? words.noneBack : words.back(leadCount(changed)),
    ...(since ? [words.changedSince(leadCount(since))] : []),
    ...(gone ? [words.gone(leadCount(gone))] : []),
  ];
}

function said(field: string, value: unknown): string | null {
  if (field === "add" || field === "remove") {
    const tags = Array.isArray(value) ? value.join(", ") : "";
    return tags ? (field === "add" ? words.added(tags) : words.removed(tags)) : null;
  }
  if (value === null) return words.to(field === "assignee" ? words.nobody : words.none);
  const text = String(value);
  if (field === "status" && text in common.status) return words.to(common.status[text as keyof typeof common.status]);
  if (field === "priority" && text in common.priority) return words.to(common.priority[text as keyof typeof common.priority]);
  return words.to(field === "follow_up_date" ? day(text) : text);
}

import { describe, expect, it } from "vitest";
import { activity } from "@/texts/activity";
import { type Operation, undoReport, whatWas, whoDid, whyNotUndo } from "./operation";

const words = activity.operations;

function anOperation(some: Partial<Operation>): Operation {
  return {
    operation: "a", at: "2026-11-23T10:00:00Z", actor: "ann", actor_role: "editor", session_user: "leads_service", kind: "status", changes: { status: "archived" },
    selected: "3 by id", changed: 3, skipped_count: 0, undoes: null, undone_by: null, undone: false, can_undo: true, request_id: null, ...some,
  };
}

it.each<[Partial<Operation>, string]>([
  [{}, "Changed the status to Archived"],
  [{ kind: "priority", changes: { priority: "urgent" } }, "Changed the priority to Urgent"],
  [{ kind: "tags", changes: { add: ["vip", "fair"], remove: ["old"] } }, "Changed the tags: added vip, fair, removed old"],
  [{ kind: "tags", changes: { remove: ["old"], add: [] } }, "Changed the tags: removed old"],
  [{ kind: "assignee", changes: { assignee: null } }, "Assigned to nobody"],
  [{ kind: "follow_up", changes: { follow_up_date: "2026-12-01" } }, "Changed the follow-up to 1 Dec 2026"],
  [{ kind: "delete", changes: null }, "Moved to the trash"],
])("%j is: %s", (some, text) => {
  expect(whatWas(anOperation(some))).toBe(text);
});

it.each<[Partial<Operation>, string]>([
  [{}, "ann"],
  [{ actor: null, actor_role: null, session_user: "leads_owner" }, "leads_owner, in SQL"],
  [{ actor: "leads", actor_role: "job" }, "The service"],
])("was done by: %j", (some, who) => {
  expect(whoDid(anOperation(some))).toBe(who);
});

describe("an undo", () => {
  it.each<[Partial<Operation>, "editor" | "admin", string | null]>([
    [{}, "editor", null],
    [{ kind: "delete" }, "editor", words.needsAdmin],
    [{ kind: "delete" }, "admin", null],
    [{ kind: "erase", can_undo: false }, "admin", words.final],
    [{ undone: true, can_undo: false, undone_by: "b" }, "admin", words.undone],
  ])("of %j by an %s: %s", (some, role, why) => {
    expect(whyNotUndo(anOperation(some), role)).toBe(why);
  });

  it("tells what it left as it was", () => {
    const skipped = [{ id: 1, reason: "not_found" as const }, { id: 2, reason: "changed_since" as const }];
    expect(undoReport({ changed: 1200, skipped_count: 2, skipped, operation: "b" })).toEqual([
      words.back("1,200 leads"), words.changedSince("1 lead"), words.gone("1 lead"),
    ]);
    expect(undoReport({ changed: 0, skipped_count: 0, skipped: [], operation: "b" })).toEqual([words.noneBack]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { api } from "@/testing/api";
import { aLead } from "@/testing/leads";
import { logIn } from "@/testing/render";
import { conflicts, editLead, forgetLeads, known, latest, learn } from "./edits";
import type { Lead } from "./types";

const shown = (lead: Lead) => latest(lead, known.get());

/** A service that keeps one lead, and heeds If-Match. */
function serve(lead: Lead) {
  const stored = { ...lead };
  for (const [path, field] of [["status", "status"], ["priority", "priority"], ["notes", "internal_notes"]] as const) {
    api.on(`PATCH /admin/leads/${lead.id}/${path}`, ({ body, headers }) => {
      if (headers.get("If-Match") !== `"${stored.id}-${stored.version}"`) return { status: 412, body: { code: "version_conflict", current: { ...stored } } };
      Object.assign(stored, { [field]: (body as Record<string, unknown>)[field], version: stored.version + 1 });
      return { body: { ...stored }, headers: { ETag: `"${stored.id}-${stored.version}"` } };
    });
  }
  return stored;
}

beforeEach(() => {
  forgetLeads();
  logIn("ann", "editor");
});

describe("an edit", () => {
  it("shows at once, and is what was stored afterwards", async () => {
    const lead = aLead({ id: 101 });
    serve(lead);
    const done = editLead(lead, { priority: "urgent" });
    expect(shown(lead).priority).toBe("urgent");
    expect(shown(lead).version).toBe(1);
    await done;
    expect(shown(lead)).toMatchObject({ priority: "urgent", version: 2 });
  });

  it("that fails takes back its own field alone", async () => {
    const lead = aLead({ id: 102 });
    serve(lead);
    api.on("PATCH /admin/leads/102/status", { status: 409, body: { code: "status_move_not_allowed", detail: "No.", allowed: ["processing"] } });
    const [status, priority] = await Promise.allSettled([editLead(lead, { status: "archived" }), editLead(lead, { priority: "urgent" })]);
    expect(status).toMatchObject({ status: "rejected", reason: { status: 409, allowed: ["processing"] } });
    expect(priority.status).toBe("fulfilled");
    expect(shown(lead)).toMatchObject({ status: "unread", priority: "urgent" });
  });

  it("after an edit of one's own is no conflict", async () => {
    const lead = aLead({ id: 103 });
    const stored = serve(lead);
    await Promise.all([editLead(lead, { status: "processing" }), editLead(lead, { priority: "low" }), editLead(lead, { internal_notes: "x" })]);
    expect(stored).toMatchObject({ status: "processing", priority: "low", internal_notes: "x", version: 4 });
    expect(conflicts.get()).toEqual([]);
  });

  it("of another field than somebody else's goes through", async () => {
    const lead = aLead({ id: 104 });
    const stored = serve(lead);
    Object.assign(stored, { priority: "high", version: 5 });
    await editLead(lead, { internal_notes: "mine" });
    expect(stored).toMatchObject({ priority: "high", internal_notes: "mine" });
    expect(shown(lead).priority).toBe("high");
  });

  it("of the field that somebody else changed is asked about, and shows theirs meanwhile", async () => {
    const lead = aLead({ id: 105 });
    const stored = serve(lead);
    Object.assign(stored, { internal_notes: "theirs", version: 2 });
    expect(await editLead(lead, { internal_notes: "mine" })).toBeNull();
    expect(stored.internal_notes).toBe("theirs");
    expect(shown(lead).internal_notes).toBe("theirs");
    expect(conflicts.get()).toMatchObject([{ id: 105, seen: { internal_notes: null }, mine: { internal_notes: "mine" }, theirs: { internal_notes: "theirs" } }]);
  });

  it("to what somebody else has made it already needs no asking", async () => {
    const lead = aLead({ id: 106 });
    const stored = serve(lead);
    Object.assign(stored, { status: "processing", version: 2 });
    expect(await editLead(lead, { status: "processing" })).toMatchObject({ status: "processing" });
    expect(conflicts.get()).toEqual([]);
  });

  it("of a field that somebody else changed is asked about, even after an edit of one's own of another", async () => {
    const lead = aLead({ id: 108 });
    const stored = serve(lead);
    Object.assign(stored, { internal_notes: "theirs", version: 2 });
    learn({ ...stored }); // heard of, while one types notes on what one saw before
    await editLead({ ...stored }, { priority: "urgent" });
    expect(await editLead(lead, { internal_notes: "mine" })).toBeNull();
    expect(stored).toMatchObject({ internal_notes: "theirs", priority: "urgent" });
    expect(conflicts.get()).toMatchObject([{ mine: { internal_notes: "mine" }, theirs: { internal_notes: "theirs" } }]);
  });
});

it("what was learned last is not taken back by an older answer", () => {
  const lead = aLead({ id: 107 });
  learn({ ...lead, version: 3, name: "New" });
  learn({ ...lead, version: 2, name: "Old" });
  expect(shown(lead).name).toBe("New");
  expect(shown({ ...lead, version: 4, name: "Newer" }).name).toBe("Newer");
});

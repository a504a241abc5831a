import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import type { LeadEdit } from "@/lib/api";
import { conflicts, forgetLeads } from "@/lib/edits";
import type { Lead } from "@/lib/types";
import { api } from "@/testing/api";
import { aLead } from "@/testing/leads";
import { renderApp } from "@/testing/render";
import { lead as words } from "@/texts/lead";
import { ConflictDialog } from "./ConflictDialog";

const choose = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

/** One saw version 1 and wanted `mine`; somebody made it `theirs`, which is version 2. */
function meet(id: number, saw: Partial<Lead>, mine: LeadEdit, theirs: Partial<Lead>) {
  const seen = aLead({ id, ...saw });
  const conflict = { id, seen, mine, theirs: { ...seen, ...theirs, version: 2 } };
  const history = [
    { at: "2026-11-20T10:00:00Z", actor: "visitor", action: "created", summary: "", changes: [{ field: "tags", before: null, after: [] }] },
    { at: "2026-11-20T11:00:00Z", actor: "bob", action: "changed", summary: "", changes: Object.keys(theirs).map((field) => ({ field, before: 1, after: 2 })) },
    { at: "2026-11-20T12:00:00Z", actor: "cleo", action: "changed", summary: "", changes: [{ field: "source", before: 1, after: 2 }] },
  ];
  api.on(`GET /admin/leads/${id}/history`, { body: { data: history, next: null } });
  conflicts.set([conflict]);
  renderApp(<ConflictDialog />);
  return conflict;
}

/** What was sent to a path of the lead, and against which version. */
function sent(path: string) {
  return api.sent(`PATCH ${path}`).map(({ body, headers }) => [body, headers.get("If-Match")]);
}

beforeEach(forgetLeads);

it("shows what it was, theirs, mine, and who it was", async () => {
  meet(501, { priority: "medium" }, { priority: "urgent" }, { priority: "low" });
  expect(await screen.findByText(words.conflict.text("Jane Doe", "bob"))).toBeVisible();
  const values = [...document.querySelectorAll("dd")].map((value) => value.textContent);
  expect(values).toEqual(["Medium", "Low", "Urgent"]);
});

it("keeps theirs without asking anybody anything", async () => {
  meet(502, {}, { priority: "urgent" }, { priority: "low" });
  await choose(words.conflict.keepTheirs);
  await gone();
  expect(sent("/admin/leads/502/priority")).toEqual([]);
});

it("sends mine on top of theirs, and of nothing that came later", async () => {
  const { theirs } = meet(503, {}, { priority: "urgent" }, { priority: "low" });
  api.on("PATCH /admin/leads/503/priority", { body: { ...theirs, priority: "urgent", version: 3 } });
  await choose(words.conflict.takeMine);
  await gone();
  expect(sent("/admin/leads/503/priority")).toEqual([[{ priority: "urgent" }, '"503-2"']]);
});

it("asks again when it has changed once more", async () => {
  const { theirs } = meet(504, {}, { priority: "urgent" }, { priority: "low" });
  api.on("PATCH /admin/leads/504/priority", { status: 412, body: { code: "version_conflict", current: { ...theirs, priority: "high", version: 3 } } });
  await choose(words.conflict.takeMine);
  await waitFor(() => expect(screen.getByRole("dialog")).toHaveTextContent("High"));
  expect(conflicts.get()).toHaveLength(1);
});

it("joins the tags of both", async () => {
  const { theirs } = meet(505, { tags: ["a"] }, { tags: ["a", "mine"] }, { tags: ["a", "theirs"] });
  api.on("PATCH /admin/leads/505/tags", { body: { ...theirs, version: 3 } });
  await choose(words.conflict.both);
  await gone();
  expect(sent("/admin/leads/505/tags")).toEqual([[{ tags: ["a", "theirs", "mine"] }, '"505-2"']]);
});

it("joins notes, what both began with once, and lets one write in it", async () => {
  const { theirs } = meet(506, { internal_notes: "was" }, { internal_notes: "was, mine" }, { internal_notes: "was, theirs" });
  sessionStorage.setItem("leads.draft.ann.notes.506", JSON.stringify({ text: "was, mine", seen: { version: 1, internal_notes: "was" } }));
  api.on("PATCH /admin/leads/506/notes", { body: { ...theirs, version: 3 } });
  const merged = screen.getByLabelText(words.conflict.merged);
  expect(merged).toHaveValue("was, theirs, mine");
  await userEvent.type(merged, "!");
  await choose(words.conflict.saveMerged);
  await gone();
  expect(sent("/admin/leads/506/notes")).toEqual([[{ internal_notes: "was, theirs, mine!" }, '"506-2"']]);
  expect(sessionStorage.getItem("leads.draft.ann.notes.506")).toBeNull();
});

it("asks of what both changed alone; the rest is saved whatever one chooses", async () => {
  const { theirs } = meet(507, { company: "ACME", phone: null }, { company: "Mine", phone: "+49 30 1" }, { company: "Theirs" });
  expect(screen.queryByText("+49 30 1")).toBeNull();
  api.on("PATCH /admin/leads/507", { body: { ...theirs, phone: "+49 30 1", version: 3 } });
  await choose(words.conflict.keepTheirs);
  await gone();
  expect(sent("/admin/leads/507")).toEqual([[{ phone: "+49 30 1" }, '"507-2"']]);
});

it("neither goes by Esc nor is answered by who goes on typing", async () => {
  meet(508, {}, { priority: "urgent" }, { priority: "low" });
  await waitFor(() => expect(screen.getByText(/While you were at it/)).toHaveFocus());
  await userEvent.keyboard("{Escape}and so on {Enter}");
  expect(screen.getByRole("dialog")).toBeVisible();
  expect(conflicts.get()).toHaveLength(1);
});

it("says why what was chosen could not be saved, and stays", async () => {
  meet(509, {}, { priority: "urgent" }, { priority: "low" });
  api.on("PATCH /admin/leads/509/priority", "offline");
  await choose(words.conflict.takeMine);
  expect(await screen.findByRole("alert")).toBeVisible();
  expect(conflicts.get()).toHaveLength(1);
});

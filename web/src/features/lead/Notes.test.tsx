import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it } from "vitest";
import { conflicts, forgetLeads } from "@/lib/edits";
import { end } from "@/lib/session";
import { api } from "@/testing/api";
import { aLead } from "@/testing/leads";
import { renderApp } from "@/testing/render";
import { lead as words } from "@/texts/lead";
import { Notes } from "./Notes";

const box = () => screen.getByLabelText(words.notes.label);
const saves = (id: number) => api.sent(`PATCH /admin/leads/${id}/notes`);

beforeEach(forgetLeads);

it("keeps what was typed when it goes and comes back, and saves it against what was seen then", async () => {
  const lead = aLead({ id: 301, internal_notes: "was", version: 4 });
  const view = renderApp(<Notes lead={lead} editable />);
  await userEvent.type(box(), " and more");
  expect(sessionStorage.getItem("leads.draft.ann.notes.301")).toContain("was and more");
  view.unmount();
  const theirs = { ...lead, internal_notes: "theirs", version: 5 };
  api.on("PATCH /admin/leads/301/notes", { status: 412, body: { code: "version_conflict", current: theirs } });
  renderApp(<Notes lead={theirs} editable />);
  expect(box()).toHaveValue("was and more");
  expect(screen.getByText(words.notes.unsaved)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(conflicts.get()).toHaveLength(1));
  expect(saves(301)[0]?.headers.get("If-Match")).toBe('"301-4"');
  expect(conflicts.get()).toMatchObject([{ seen: { internal_notes: "was" }, mine: { internal_notes: "was and more" }, theirs: { internal_notes: "theirs" } }]);
  expect(box()).toHaveValue("was and more");
});

it("keeps what is typed while it is being saved", async () => {
  const lead = aLead({ id: 302 });
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  api.on("PATCH /admin/leads/302/notes", async () => {
    await held;
    return { body: { ...lead, internal_notes: "one", version: 2 } };
  });
  renderApp(<Notes lead={lead} editable />);
  await userEvent.type(box(), "one{Control>}{Enter}{/Control}, two");
  expect(saves(302)[0]?.body).toEqual({ internal_notes: "one" });
  answer();
  await waitFor(() => expect(JSON.parse(sessionStorage.getItem("leads.draft.ann.notes.302") ?? "")).toEqual({ text: "one, two", seen: { version: 2, internal_notes: "one" } }));
  expect(box()).toHaveValue("one, two");
});

it("follows what others write until one types in it", async () => {
  function Heard() {
    const [lead, hear] = useState(aLead({ id: 303, internal_notes: "old" }));
    return (
      <>
        <Notes lead={lead} editable />
        <button onMouseDown={(event) => event.preventDefault()} onClick={() => hear({ ...lead, internal_notes: `theirs ${lead.version}`, version: lead.version + 1 })}>
          hear
        </button>
      </>
    );
  }
  renderApp(<Heard />);
  await userEvent.click(screen.getByText("hear"));
  expect(box()).toHaveValue("theirs 1");
  await userEvent.type(box(), "!");
  await userEvent.click(screen.getByText("hear"));
  expect(box()).toHaveValue("theirs 1!");
});

it("that fails to be saved says so, and is still there", async () => {
  api.on("PATCH /admin/leads/304/notes", "offline");
  renderApp(<Notes lead={aLead({ id: 304 })} editable />);
  await userEvent.type(box(), "long thought about");
  await userEvent.tab();
  expect(await screen.findByRole("alert")).toHaveTextContent(words.failed(words.fields.internal_notes!));
  expect(box()).toHaveValue("long thought about");
  expect(screen.getByText(words.notes.unsaved)).toBeVisible();
});

it("unsaved of one person is not shown to the next", async () => {
  const view = renderApp(<Notes lead={aLead({ id: 305 })} editable />, { username: "ann" });
  await userEvent.type(box(), "Ann's");
  view.unmount();
  end();
  renderApp(<Notes lead={aLead({ id: 305 })} editable />, { username: "bob" });
  expect(box()).toHaveValue("");
});

it("is only read by who may not write", () => {
  renderApp(<Notes lead={aLead({ id: 306, internal_notes: "<b>read</b>" })} editable={false} />, { role: "viewer" });
  expect(screen.getByText("<b>read</b>")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
});

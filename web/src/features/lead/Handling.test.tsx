import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it } from "vitest";
import { forgetLeads } from "@/lib/edits";
import type { Lead, LeadStatus } from "@/lib/types";
import { api } from "@/testing/api";
import { aLead } from "@/testing/leads";
import { renderApp } from "@/testing/render";
import { lead as words } from "@/texts/lead";
import { Handling } from "./Handling";

beforeEach(() => {
  forgetLeads();
  api.on("GET /admin/leads/choices", { body: { assignees: ["ann", "bob"], tags: ["vip"], sources: [], roles: [] } });
});

/** A lead beside which somebody else is heard of. */
function Heard({ begin, then }: { begin: Lead; then: Partial<Lead> }) {
  const [lead, hear] = useState(begin);
  return (
    <>
      <Handling lead={lead} editable />
      <button onMouseDown={(event) => event.preventDefault()} onClick={() => hear({ ...lead, ...then, version: lead.version + 1 })}>
        hear
      </button>
    </>
  );
}

it.each<[LeadStatus, string[]]>([
  ["unread", ["Processing", "Contacted", "Archived"]],
  ["processing", ["Contacted", "Archived", "Unread"]],
  ["contacted", ["Archived", "Processing"]],
  ["archived", ["Processing"]],
])("a lead that is %s can go where the lifecycle lets it", (status, moves) => {
  renderApp(<Handling lead={aLead({ id: 401, status })} editable />);
  const buttons = within(screen.getByRole("group", { name: words.handle.moveTo })).getAllByRole("button");
  expect(buttons.map((button) => button.textContent)).toEqual(moves);
});

it("a move that the rules refuse says what would do", async () => {
  const errors = [{ field: "status", code: "status_move_not_allowed", message: "A lead can't move from archived to contacted." }];
  api.on("PATCH /admin/leads/402/status", { status: 409, body: { code: "status_move_not_allowed", detail: "No.", errors, allowed: ["processing"] } });
  renderApp(<Handling lead={aLead({ id: 402 })} editable />);
  await userEvent.click(screen.getByRole("button", { name: "Contacted" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("A lead can't move from archived to contacted. Possible: Processing.");
});

it("a score follows others until one types in it, and is saved against what was seen then", async () => {
  const lead = aLead({ id: 403, quality_score: 10, version: 7 });
  api.on("PATCH /admin/leads/403/quality-score", { body: { ...lead, quality_score: 55, version: 9 } });
  renderApp(<Heard begin={lead} then={{ quality_score: 80 }} />);
  const score = screen.getByLabelText(words.handle.score);
  await userEvent.clear(score);
  await userEvent.type(score, "55");
  await userEvent.click(screen.getByText("hear"));
  expect(score).toHaveValue("55");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(api.sent("PATCH /admin/leads/403/quality-score")).toHaveLength(1));
  const [sent] = api.sent("PATCH /admin/leads/403/quality-score");
  expect(sent?.body).toEqual({ quality_score: 55 });
  expect(sent?.headers.get("If-Match")).toBe('"403-7"');
});

it("a day that one only looked at is not sent, and follows others", async () => {
  renderApp(<Heard begin={aLead({ id: 404, follow_up_date: "2020-01-02" })} then={{ follow_up_date: "2999-01-02" }} />);
  const day = screen.getByLabelText(words.handle.followUp);
  expect(day).toHaveAccessibleDescription(words.handle.overdue);
  await userEvent.click(day);
  await userEvent.tab();
  await userEvent.click(screen.getByText("hear"));
  expect(day).toHaveValue("2999-01-02");
  expect(day).not.toHaveAccessibleDescription();
  expect(api.sent("PATCH /admin/leads/404")).toEqual([]);
});

it("who may not edit sees all and can change nothing", () => {
  renderApp(<Handling lead={aLead({ id: 405, priority: "urgent", assignee: "bob", tags: ["vip"] })} editable={false} />, { role: "viewer" });
  expect(screen.getByText("Urgent")).toBeVisible();
  expect(screen.getByText("vip")).toBeVisible();
  for (const control of screen.queryAllByRole("textbox")) expect(control).toBeDisabled();
  expect(screen.queryByRole("group", { name: words.handle.moveTo })).toBeNull();
});

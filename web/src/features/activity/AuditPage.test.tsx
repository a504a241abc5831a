import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import { AuditPage } from "./AuditPage";
import type { Entry } from "./AuditRow";

const words = activity.audit;

function anEntry(id: number, some: Partial<Entry> = {}): Entry {
  return {
    id, at: "2026-11-20T10:00:00Z", actor: "ann", actor_role: "editor", session_user: "leads_service", action: "changed", table: "contact_leads", lead_id: 7,
    subject: null, summary: `ann changed it (${id}).`, changes: [{ field: "internal_notes", before: null, after: "<b>x</b>" }], operation: null, request_id: null, ...some,
  };
}

beforeEach(() => api.on("GET /admin/users", { body: { data: [] } }));

it("reads its filters from the address, days as those of the person, and goes on into the past", async () => {
  api.on("GET /admin/audit", ({ url }) => (url.includes("cursor=2") ? { body: { data: [anEntry(1)], next: null } } : { body: { data: [anEntry(3), anEntry(2)], next: "2" } }));
  renderApp(<AuditPage />, { url: "/audit?actor=ann&since=2026-11-20&_lead=7" });
  expect(await screen.findByText("ann changed it (3).")).toBeVisible();
  const asked = new URLSearchParams(api.sent("GET /admin/audit")[0]?.url.split("?")[1]);
  expect(Object.fromEntries(asked)).toEqual({ actor: "ann", since: new Date(2026, 10, 20).toISOString(), limit: "50" });
  await userEvent.click(screen.getByRole("button", { name: common.older }));
  expect(await screen.findByText("ann changed it (1).")).toBeVisible();
  expect(screen.getByText(common.end)).toBeVisible();
});

it("shows each field before and after, as text", async () => {
  api.on("GET /admin/audit", { body: { data: [anEntry(1)], next: null } });
  renderApp(<AuditPage />, { url: "/audit" });
  const show = await screen.findByRole("button", { name: words.show(1) });
  expect(show).toHaveAttribute("aria-expanded", "false");
  await userEvent.click(show);
  expect(screen.getByRole("cell", { name: "<b>x</b>" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: words.lead(7) })).toHaveAttribute("href", "/leads/7");
});

it("writes a filter into the address, and takes all of them out again, but nothing else", async () => {
  api.on("GET /admin/audit", { body: { data: [], next: null } });
  const { router } = renderApp(<AuditPage />, { url: "/audit?actor=bob&_lead=7" });
  await userEvent.selectOptions(await screen.findByLabelText(words.action), "created");
  expect(Object.fromEntries(new URLSearchParams(router.state.location.search))).toEqual({ actor: "bob", _lead: "7", action: "created" });
  await userEvent.click(screen.getByRole("button", { name: words.clear }));
  await vi.waitFor(() => expect(router.state.location.search).toBe("?_lead=7"));
  expect(screen.getByRole("combobox", { name: words.actor })).toHaveValue("");
});

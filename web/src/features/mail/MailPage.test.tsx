import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Mail } from "@/lib/types";
import { api } from "@/testing/api";
import { aMail } from "@/testing/mails";
import { renderApp } from "@/testing/render";
import { common } from "@/texts/common";
import { mail as words } from "@/texts/mail";
import type { MailStatus } from "./mail";
import { MailPage } from "./MailPage";

function answer(mails: Mail[], some: Partial<MailStatus> = {}) {
  api.on("GET /admin/mail", { body: { data: mails, next: null } });
  api.on("GET /admin/mail/status", {
    body: {
      queued: 0, sending: 0, failed: 0, sent_24h: 0, late_seconds: 0, waits_for: null, transport: "smtp", mail_from: "leads@example.com",
      notify_to: ["team@example.com"], cv: null, ...some,
    },
  });
  for (const one of mails) api.on(`GET /admin/mail/${one.id}`, { body: { ...one, key: crypto.randomUUID(), content: null, lead_ids: [], more: 0 } });
}

it("asks nothing for who may see no leads", () => {
  renderApp(<MailPage />, { role: "analyst" });
  expect(screen.getByRole("alert")).toHaveTextContent(common.problem.forbidden);
  expect(api.sent("GET /admin/mail")).toEqual([]);
});

it("says what holds mail up", async () => {
  answer([], { late_seconds: 400, waits_for: "The password is wrong." });
  renderApp(<MailPage />);
  expect(await screen.findByText("The password is wrong.")).toBeVisible();
});

it("does not promise another try when no mail goes out at all", async () => {
  answer([], { late_seconds: 400, transport: null, mail_from: null });
  renderApp(<MailPage />);
  expect(await screen.findByText(words.status.notSetText)).toBeVisible();
  expect(screen.queryByText(words.status.lateText)).toBeNull();
});

it("lets a viewer try nothing again", async () => {
  answer([aMail({ state: "failed", error: "550 no such mailbox" })], { failed: 1 });
  renderApp(<MailPage />, { role: "viewer" });
  expect(await screen.findByText("550 no such mailbox")).toBeVisible();
  expect(screen.queryByRole("button", { name: words.retryAll(1) })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /We have received/ }));
  const drawer = await screen.findByRole("dialog");
  expect(await within(drawer).findByText("550 no such mailbox")).toBeVisible();
  expect(within(drawer).queryByRole("button", { name: words.retry })).toBeNull();
});

it("blames no erasure for a mail that could not be made", async () => {
  answer([aMail({ state: "failed", subject: null, error: "The template can't be used. subject: 'nme' is undefined" })], { failed: 1 });
  renderApp(<MailPage />);
  await userEvent.click(await screen.findByRole("button", { name: /Acknowledgement/ }));
  const drawer = await screen.findByRole("dialog");
  expect(await within(drawer).findByText(/The template can't be used/)).toBeVisible();
  expect(within(drawer).queryByText(words.detail.erased)).toBeNull();
  expect(screen.queryByText(words.unmade)).toBeNull();
});

it("says when a mail is due, and when its CV was opened last", async () => {
  const later = new Date(Date.now() + 5 * 3600_000).toISOString();
  answer([aMail({ id: 1, state: "queued", subject: null, attempts: 0, ended_at: null, due_at: later }), aMail({ id: 2, kind: "cv", opened: 2, last_opened_at: "2026-11-21T10:00:00Z" })]);
  renderApp(<MailPage />);
  await userEvent.click(await screen.findByRole("button", { name: /^Acknowledgement/ }));
  expect(await screen.findByRole("rowheader", { name: words.detail.due })).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await userEvent.click(screen.getByRole("button", { name: /We have received/ }));
  const opened = await screen.findByRole("row", { name: new RegExp(words.detail.opened) });
  expect(opened).toHaveTextContent(words.detail.times(2));
  expect(within(opened).getByText((_, element) => element?.tagName === "TIME")).toHaveAttribute("datetime", "2026-11-21T10:00:00Z");
});

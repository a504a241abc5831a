import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { common } from "@/texts/common";
import { mail } from "@/texts/mail";
import type { Template } from "./mail";
import { TemplatesPage } from "./TemplatesPage";

const words = mail.templates;
const TEXT = { subject: "Thank you", body_text: "Hello", body_html: "<p>Hello</p>" };

function aTemplate(some: Partial<Template>): Template {
  return { kind: "acknowledgement", enabled: true, changed: false, ...TEXT, updated_at: null, updated_by: null, default: TEXT, variables: [], ...some };
}

function answer(...templates: Template[]) {
  api.on("GET /admin/mail/templates", { body: { data: templates } });
  for (const { kind } of templates) {
    api.on(`POST /admin/mail/templates/${kind}/preview`, ({ body }) => {
      const { subject } = body as { subject: string };
      return subject.includes("nme")
        ? { status: 422, body: { code: "fields_not_valid", errors: [{ field: "subject", code: "template_not_valid", message: "Line 1: 'nme' is undefined" }] } }
        : { body: { subject, text: "Hello", html: "<p>Hello</p>" } };
    });
  }
}

let people = 0;
/** As somebody else each time: what one of them typed is kept. */
const open = () => renderApp(<TemplatesPage />, { username: `ann${++people}` });
const subject = () => screen.findByRole("textbox", { name: words.subject });

it("keeps what was typed while another mail is looked at", async () => {
  answer(aTemplate({}), aTemplate({ kind: "cv", subject: "Your CV" }));
  open();
  await userEvent.type(await subject(), "!");
  await userEvent.click(screen.getByRole("button", { name: new RegExp(`^${mail.kinds.cv}`) }));
  expect(await subject()).toHaveValue("Your CV");
  await userEvent.click(screen.getByRole("button", { name: new RegExp(`^${mail.kinds.acknowledgement}`) }));
  expect(await subject()).toHaveValue("Thank you!");
  expect(screen.getByText(words.unsaved)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: words.discard }));
  expect(await subject()).toHaveValue("Thank you");
  expect(screen.queryByText(words.unsaved)).toBeNull();
});

it("takes what somebody else saved for nothing that was typed here", async () => {
  answer(aTemplate({}));
  open();
  expect(await subject()).toHaveValue("Thank you");
  answer(aTemplate({ subject: "Many thanks" }));
  window.dispatchEvent(new Event("online"));
  await waitFor(async () => expect(await subject()).toHaveValue("Many thanks"));
  expect(screen.queryByText(words.unsaved)).toBeNull();
});

it("says that a part is wrong for as long as it is", async () => {
  answer(aTemplate({}));
  api.on("PUT /admin/mail/templates/acknowledgement", {
    status: 422, body: { code: "fields_not_valid", errors: [{ field: "subject", code: "template_not_valid", message: "Line 1: 'nme' is undefined" }] },
  });
  open();
  await userEvent.clear(await subject());
  await userEvent.type(await subject(), "{{{{ nme }}");
  await userEvent.click(screen.getByRole("button", { name: common.save }));
  expect(await screen.findByText("Line 1: 'nme' is undefined")).toBeVisible();
  expect(await subject()).toHaveFocus();
  await userEvent.clear(await subject());
  await userEvent.type(await subject(), "Thanks");
  await waitFor(() => expect(screen.queryByText("Line 1: 'nme' is undefined")).toBeNull());
});

it("has the service's defaults put back, and shows them", async () => {
  answer(aTemplate({ subject: "Changed", changed: true }));
  api.on("PUT /admin/mail/templates/acknowledgement", { body: aTemplate({}) });
  open();
  expect(await subject()).toHaveValue("Changed");
  await userEvent.click(screen.getByRole("button", { name: words.back }));
  await userEvent.click((await screen.findAllByRole("button", { name: words.back })).at(-1)!);
  await waitFor(async () => expect(await subject()).toHaveValue("Thank you"));
  expect(api.sent("PUT /admin/mail/templates/acknowledgement")[0]?.body).toEqual({ enabled: true, subject: null, body_text: null, body_html: null });
});

it("switches a mail off with the words that are saved, not those being typed", async () => {
  answer(aTemplate({}));
  api.on("PUT /admin/mail/templates/acknowledgement", { body: aTemplate({ enabled: false }) });
  open();
  await userEvent.type(await subject(), "!");
  await userEvent.click(screen.getByRole("switch", { name: words.enabled }));
  expect(await screen.findByText(words.off)).toBeVisible();
  expect(api.sent("PUT /admin/mail/templates/acknowledgement")[0]?.body).toEqual({ enabled: false, ...TEXT });
  expect(await subject()).toHaveValue("Thank you!");
});

import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { PeoplePage } from "./PeoplePage";
import type { UserListed } from "./users";

const words = people.users;

function aUser(some: Partial<UserListed>): UserListed {
  return {
    username: "vera", role: "viewer", disabled: false, disabled_at: null, second_factor: false, last_login_at: null, sessions: 0, api_keys: 0,
    created_at: "2026-11-20T10:00:00Z", updated_at: "2026-11-20T10:00:00Z", ...some,
  };
}

async function choose(username: string, action: string) {
  await userEvent.click(await screen.findByRole("button", { name: people.actions(username) }));
  await userEvent.click(await screen.findByRole("menuitem", { name: action }));
  return screen.findByRole("dialog");
}

it("asks nothing for who is no admin, and says so", async () => {
  renderApp(<PeoplePage />, { role: "editor" });
  expect(screen.getByRole("alert")).toHaveTextContent(common.problem.forbidden);
  expect(api.sent("GET /admin/users")).toEqual([]);
});

it("shows a made-up password once, and it is the one that was set", async () => {
  api.on("GET /admin/users", { body: { data: [aUser({ username: "ann", role: "admin" }), aUser({})] } });
  api.on("PATCH /admin/users/vera", { body: aUser({}) });
  renderApp(<PeoplePage />);
  await choose("vera", words.reset);
  await userEvent.click(screen.getByRole("button", { name: words.resetSave }));
  const dialog = await screen.findByRole("dialog", { name: words.newPassword("vera") });
  const sent = api.sent("PATCH /admin/users/vera")[0]?.body as { password: string } | undefined;
  expect(sent?.password).toMatch(/^[\w-]{16}$/);
  expect(dialog).toHaveTextContent(sent?.password ?? "");
  await userEvent.keyboard("{Escape}");
  expect(dialog).toBeVisible();
});

it("says why the last admin stays one", async () => {
  api.on("GET /admin/users", { body: { data: [aUser({ username: "bob", role: "admin" })] } });
  api.on("PATCH /admin/users/bob", { status: 409, body: { code: "last_admin", detail: "bob is the last admin. Make somebody else an admin first." } });
  renderApp(<PeoplePage />);
  const dialog = await choose("bob", words.changeRole);
  expect(within(dialog).getByRole("button", { name: words.roleSave })).toBeDisabled();
  await userEvent.click(within(dialog).getByLabelText(common.role.editor));
  await userEvent.click(within(dialog).getByRole("button", { name: words.roleSave }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("bob is the last admin.");
  expect(within(dialog).getByLabelText(common.role.editor)).toBeChecked();
});

it("has the service name what is wrong with a new user", async () => {
  api.on("GET /admin/users", { body: { data: [] } });
  api.on("POST /admin/users", { status: 409, body: { code: "username_taken", errors: [{ field: "username", code: "username_taken", message: "There is a user vera already." }] } });
  renderApp(<PeoplePage />);
  await userEvent.click(await screen.findByRole("button", { name: words.add }));
  await userEvent.type(await screen.findByLabelText(words.username), "vera{Enter}");
  expect(await screen.findByText("There is a user vera already.")).toBeVisible();
  expect(screen.getByLabelText(words.username)).toHaveValue("vera");
  expect(api.sent("POST /admin/users")[0]?.body).toEqual({ username: "vera", role: "viewer" });
});

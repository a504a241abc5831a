import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { currentSession } from "@/lib/session";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { account } from "@/texts/account";
import { PasswordCard } from "./PasswordCard";

const words = account.password;
const CHANGE = "PUT /admin/me/password";
const FRESH = `e30.${btoa('{"sub":"ann","role":"editor"}')}.fresh`;

async function change(current: string, next: string, repeat = next) {
  await userEvent.type(screen.getByLabelText(words.current), current);
  await userEvent.type(screen.getByLabelText(words.next), next);
  await userEvent.type(screen.getByLabelText(words.repeat), repeat);
  await userEvent.click(screen.getByRole("button", { name: words.submit }));
}

it("goes on with the new token, since the old one has ended", async () => {
  api.on(CHANGE, { body: { access_token: FRESH, token_type: "bearer", expires_in: 3600 } });
  renderApp(<PasswordCard />, { role: "editor" });
  await change("correct horse", "battery staple");
  expect(await screen.findByText(words.done)).toBeVisible();
  expect(currentSession()).toMatchObject({ token: FRESH, username: "ann" });
  expect(api.sent(CHANGE).map(({ body }) => body)).toEqual([{ current_password: "correct horse", new_password: "battery staple" }]);
  for (const label of [words.current, words.next, words.repeat]) expect(screen.getByLabelText(label)).toHaveValue("");
});

it("says at its field what is wrong, and keeps what was typed and who is logged in", async () => {
  const errors = [{ field: "current_password", code: "password_wrong", message: "That is not your password." }];
  api.on(CHANGE, { status: 422, body: { code: "fields_not_valid", errors } });
  renderApp(<PasswordCard />);
  const before = currentSession();
  await change("nope", "battery staple");
  const current = screen.getByLabelText(words.current);
  await vi.waitFor(() => expect(current).toHaveAccessibleDescription("That is not your password."));
  expect(current).toBeInvalid();
  await vi.waitFor(() => expect(current).toHaveFocus());
  expect(screen.getByLabelText(words.next)).toHaveValue("battery staple");
  expect(currentSession()).toBe(before);
});

it("isn't sent when the two differ", async () => {
  renderApp(<PasswordCard />);
  await change("correct horse", "battery staple", "battery stable");
  expect(screen.getByLabelText(words.repeat)).toHaveAccessibleDescription(words.different);
  expect(api.sent(CHANGE)).toEqual([]);
});

import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { User } from "@/lib/types";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { account } from "@/texts/account";
import { SecondFactorCard } from "./SecondFactorCard";

const words = account.factor;
const CODES = Array.from({ length: 10 }, (_, number) => `abcde-0123${number}`);

function aUser(some: Partial<User>): User {
  return { username: "ann", role: "editor", second_factor: false, recovery_codes: 0, created_at: "2026-11-20T10:00:00Z", updated_at: "2026-11-20T10:00:00Z", ...some };
}

it("is turned on by the password and a code, and the recovery codes go by one's word alone", async () => {
  api.on("POST /admin/me/second-factor", { status: 201, body: { secret: "ABCDEFGH", address: "otpauth://totp/Leads:ann?secret=ABCDEFGH" } });
  const errors = [{ field: "code", code: "code_not_valid", message: "The code is not the one of just now." }];
  api.on("POST /admin/me/second-factor/confirm", ({ body }) =>
    (body as { code: string }).code === "123456" ? { body: { recovery_codes: CODES } } : { status: 422, body: { code: "fields_not_valid", errors } },
  );
  const changed = vi.fn();
  renderApp(<SecondFactorCard user={aUser({})} changed={changed} />);
  await userEvent.click(screen.getByRole("button", { name: words.turnOn }));
  await userEvent.type(screen.getByLabelText(words.password), "correct horse{Enter}");
  expect(await screen.findByText("ABCDEFGH")).toBeVisible();
  expect(screen.getByRole("img", { name: words.qr })).toBeVisible();

  const code = screen.getByLabelText(words.code);
  await vi.waitFor(() => expect(code).toHaveFocus());
  await userEvent.type(code, "000000{Enter}");
  await vi.waitFor(() => expect(code).toHaveAccessibleDescription("The code is not the one of just now."));
  expect(code).toBeInvalid();
  expect(changed).not.toHaveBeenCalled();
  await userEvent.clear(code);
  await userEvent.type(code, "123456{Enter}");

  const list = await screen.findByRole("list", { name: words.codesTitle });
  expect(within(list).getAllByRole("listitem").map((item) => item.textContent)).toEqual(CODES);
  expect(changed).toHaveBeenCalledOnce();
  await userEvent.keyboard("{Escape}");
  expect(list).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: words.saved }));
  await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("says how many recovery codes are left, and is turned off by the password", async () => {
  api.on("DELETE /admin/me/second-factor", { status: 204 });
  const changed = vi.fn();
  renderApp(<SecondFactorCard user={aUser({ second_factor: true, recovery_codes: 1 })} changed={changed} />);
  expect(screen.getByText(new RegExp(words.left(1)))).toHaveTextContent(words.fewLeft);
  await userEvent.click(screen.getByRole("button", { name: words.turnOff }));
  await userEvent.type(screen.getByLabelText(words.password), "correct horse{Enter}");
  await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(api.sent("DELETE /admin/me/second-factor")[0]?.body).toEqual({ password: "correct horse" });
});

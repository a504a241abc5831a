import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connection, WELL } from "@/lib/api";
import { currentSession, end } from "@/lib/session";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { session as words } from "@/texts/session";
import { LoginPage } from "./LoginPage";

const LOGIN = "POST /admin/login";
const TOKEN = { access_token: `e30.${btoa('{"sub":"vera","role":"viewer"}')}.x`, token_type: "bearer", expires_in: 3600 };

afterEach(() => {
  vi.useRealTimers();
  end();
  connection.set(WELL);
});

/** The page as somebody meets it whom nobody knows, sent there from another one. */
async function arrive(from = "/leads?status=eq.unread") {
  const { router } = renderApp(<LoginPage />);
  act(end);
  await act(() => router.navigate("/login", { state: { from } }));
  return router;
}

const password = () => screen.getByLabelText<HTMLInputElement>(words.password);
const send = () => screen.getByRole("button", { name: words.submit });

async function tryWith(text: string) {
  await userEvent.type(password(), text);
  await userEvent.click(send());
}

it("lets in, and leads to where one wanted to go", async () => {
  api.on(LOGIN, { body: TOKEN });
  const router = await arrive();
  expect(screen.getByLabelText(words.username)).toHaveValue("admin");
  await userEvent.type(screen.getByLabelText(words.username), "vera", { initialSelectionStart: 0, initialSelectionEnd: 5 });
  await tryWith("correct horse");
  expect(currentSession()).toMatchObject({ username: "vera", role: "viewer", token: TOKEN.access_token });
  expect(router.state.location).toMatchObject({ pathname: "/leads", search: "?status=eq.unread" });
  expect(api.sent(LOGIN).map(({ body }) => body)).toEqual([{ username: "vera", password: "correct horse" }]);
});

it("keeps what was typed when it is wrong, selected", async () => {
  api.on(LOGIN, { status: 401, body: { code: "login_failed" } });
  await arrive();
  await tryWith("nope");
  expect(await screen.findByRole("alert")).toHaveTextContent(words.fault.login_failed);
  expect(screen.getByLabelText(words.username)).toHaveValue("admin");
  expect(password()).toHaveValue("nope");
  await vi.waitFor(() => expect(password()).toHaveFocus());
  expect([password().selectionStart, password().selectionEnd]).toEqual([0, 4]);
  expect(currentSession()).toBeNull();
});

describe("a second factor", () => {
  it("is asked for once the password was right", async () => {
    api.on(LOGIN, ({ body }) => ("code" in (body as object) ? { body: TOKEN } : { status: 401, body: { code: "code_missing" } }));
    await arrive();
    expect(screen.queryByLabelText(words.code)).toBeNull();
    await tryWith("correct horse");
    const code = await screen.findByLabelText(words.code);
    await vi.waitFor(() => expect(code).toHaveFocus());
    expect(screen.queryByRole("alert")).toBeNull();
    await userEvent.type(code, "123 456{Enter}");
    await vi.waitFor(() => expect(currentSession()).not.toBeNull());
    expect(api.sent(LOGIN).at(-1)?.body).toEqual({ username: "admin", password: "correct horse", code: "123 456" });
  });

  it("may be a recovery code, and says so when it is wrong", async () => {
    api.on(LOGIN, ({ body }) => ({ status: 401, body: { code: "code" in (body as object) ? "code_not_valid" : "code_missing" } }));
    await arrive();
    await tryWith("correct horse");
    await userEvent.click(await screen.findByRole("button", { name: words.recoveryInstead }));
    const code = screen.getByLabelText(words.recoveryCode);
    await vi.waitFor(() => expect(code).toHaveFocus());
    await userEvent.type(code, "abcde-01234{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(words.fault.recovery_not_valid);
    expect(code).toHaveValue("abcde-01234");
    await vi.waitFor(() => expect(code).toHaveFocus());
  });
});

it("counts down when the next try has to wait, and then can be made", async () => {
  api.on(LOGIN, { status: 429, body: { code: "login_delayed" }, headers: { "Retry-After": "5" } });
  await arrive();
  vi.useFakeTimers();
  fireEvent.change(password(), { target: { value: "nope" } });
  fireEvent.click(send());
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(screen.getByRole("alert")).toHaveTextContent(words.fault.login_delayed(5));
  expect(screen.getByRole("button", { name: words.wait(5) })).toBeDisabled();
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(screen.getByRole("button", { name: words.wait(3) })).toBeDisabled();
  fireEvent.submit(password());
  expect(api.sent(LOGIN)).toHaveLength(1);
  await act(() => vi.advanceTimersByTimeAsync(3000));
  expect(send()).toBeEnabled();
  fireEvent.click(send());
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(api.sent(LOGIN)).toHaveLength(2);
});

it.each([
  ["offline" as const, words.fault.offline],
  [{ status: 503, body: { code: "database_unavailable" } }, words.fault.unavailable],
  [{ status: 422, body: { code: "fields_not_valid", detail: "username must be text." } }, "username must be text."],
])("says plainly what else is in the way: %j", async (reply, text) => {
  api.on(LOGIN, reply);
  await arrive();
  await tryWith("correct horse");
  expect(await screen.findByRole("alert")).toHaveTextContent(text);
  expect(password()).toHaveValue("correct horse");
});

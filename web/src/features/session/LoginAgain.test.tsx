import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { adminAPI } from "@/lib/api";
import { currentSession, end, useExpired } from "@/lib/session";
import { api } from "@/testing/api";
import { renderApp } from "@/testing/render";
import { session as words } from "@/texts/session";
import { LoginAgain } from "./LoginAgain";

const FRESH = `e30.${btoa('{"sub":"ann","role":"editor"}')}.fresh`;

/** A page on which something is typed, and what stands over it while the token isn't taken. */
function Page() {
  return (
    <>
      <textarea aria-label="Notes" defaultValue="" />
      {useExpired() && <LoginAgain username="ann" />}
    </>
  );
}

beforeEach(() => {
  end();
  api.on("PATCH /admin/leads/1/notes", ({ headers }) =>
    headers.get("Authorization") === `Bearer ${FRESH}` ? { body: { id: 1 } } : { status: 401, body: { code: "token_expired" } },
  );
});

/** Types notes, and saves them when the token holds no more. */
async function saveTooLate() {
  renderApp(<Page />, { username: "ann", role: "editor" });
  await userEvent.type(screen.getByLabelText("Notes"), "long thought about");
  const saving = adminAPI.editLead(1, { internal_notes: "long thought about" });
  saving.catch(() => undefined);
  await screen.findByRole("dialog", { name: words.again.title });
  return { saving };
}

it("lets the waiting request go on once the same person has logged in", async () => {
  api.on("POST /admin/login", { body: { access_token: FRESH, token_type: "bearer", expires_in: 3600 } });
  const { saving } = await saveTooLate();
  expect(screen.getByLabelText(words.username)).toHaveValue("ann");
  expect(screen.getByLabelText(words.username)).toHaveAttribute("readonly");
  await userEvent.type(screen.getByLabelText(words.password), "correct horse{Enter}");
  expect((await saving).lead.id).toBe(1);
  await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByLabelText("Notes")).toHaveValue("long thought about");
  expect(api.sent("POST /admin/login")[0]?.body).toEqual({ username: "ann", password: "correct horse" });
});

it("goes neither by Esc nor after a wrong password", async () => {
  api.on("POST /admin/login", { status: 401, body: { code: "login_failed" } });
  await saveTooLate();
  await userEvent.keyboard("{Escape}");
  await userEvent.type(screen.getByLabelText(words.password), "nope{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(words.fault.login_failed);
  expect(screen.getByRole("dialog")).toBeVisible();
  act(end);
});

it("leaves the door to somebody else, and the request fails", async () => {
  const { saving } = await saveTooLate();
  await userEvent.click(screen.getByRole("button", { name: words.another }));
  await expect(saving).rejects.toMatchObject({ code: "token_expired" });
  expect(currentSession()).toBeNull();
});

import { beforeEach, describe, expect, it } from "vitest";
import { api } from "@/testing/api";
import { logIn } from "@/testing/render";
import { adminAPI, connection, WELL } from "./api";
import { begin, currentSession, end } from "./session";

beforeEach(() => {
  end();
  connection.set(WELL);
});

describe("a token that is no longer taken", () => {
  const refused = { status: 401, body: { code: "token_expired" } };

  it("has the request wait until the same person has logged in again, and sent then as it was", async () => {
    const old = logIn("ann", "editor");
    api.on("PATCH /admin/leads/1/notes", ({ headers }) =>
      headers.get("Authorization") === `Bearer ${old}` ? refused : { body: { id: 1 }, headers: { ETag: '"1-2"' } },
    );
    const waiting = adminAPI.editLead(1, { internal_notes: "long thought about" });
    await expect.poll(() => api.sent("PATCH /admin/leads/1/notes").length).toBe(1);
    logIn("ann", "editor");
    expect((await waiting).etag).toBe('"1-2"');
    expect(api.sent("PATCH /admin/leads/1/notes").map(({ body }) => body)).toEqual([{ internal_notes: "long thought about" }, { internal_notes: "long thought about" }]);
  });

  it("is not tried again with somebody else's", async () => {
    logIn("ann", "editor");
    api.on("GET /admin/me", refused);
    const waiting = adminAPI.me();
    await expect.poll(() => api.sent("GET /admin/me").length).toBe(1);
    logIn("bob", "editor");
    await expect(waiting).rejects.toMatchObject({ status: 401 });
    expect(api.sent("GET /admin/me")).toHaveLength(1);
  });

  it("is not waited for when one logs out", async () => {
    logIn("ann", "editor");
    api.on("GET /admin/me", refused);
    const waiting = adminAPI.me();
    await expect.poll(() => api.sent("GET /admin/me").length).toBe(1);
    end();
    await expect(waiting).rejects.toMatchObject({ code: "token_expired" });
    expect(currentSession()).toBeNull();
  });
});

it("a wrong password is no expired session", async () => {
  logIn("ann", "editor");
  api.on("POST /admin/login", { status: 401, body: { code: "login_failed", detail: "Wrong." } });
  await expect(adminAPI.login("ann", "nope")).rejects.toMatchObject({ code: "login_failed", message: "Wrong." });
});

describe("what stands between us and the service", () => {
  beforeEach(() => void logIn("ann", "viewer"));

  it("is told, and goes with the next answer", async () => {
    api.on("GET /admin/me", "offline");
    await expect(adminAPI.me()).rejects.toMatchObject({ status: 0, offline: true });
    expect(connection.get().state).toBe("offline");
    api.on("GET /admin/me", { status: 503, body: { code: "database_unavailable" }, headers: { "Retry-After": "2" } });
    await expect(adminAPI.me()).rejects.toMatchObject({ status: 503, retryAfter: 2 });
    expect(connection.get().state).toBe("unavailable");
    api.on("GET /admin/me", { body: {} });
    await adminAPI.me();
    expect(connection.get().state).toBe("well");
  });

  it("is the limit, until its time is over", async () => {
    api.on("GET /admin/me", { status: 429, body: { code: "too_many_requests" }, headers: { "Retry-After": "7" } });
    const before = Date.now();
    await expect(adminAPI.me()).rejects.toMatchObject({ status: 429, retryAfter: 7 });
    const state = connection.get();
    expect(state.state === "limited" && state.until - before).toBeGreaterThanOrEqual(7000);
  });

  it("may be a proxy's page", async () => {
    api.on("GET /admin/me", { status: 502, body: "<html>" });
    await expect(adminAPI.me()).rejects.toMatchObject({ status: 502, code: "" });
  });
});

it("the token of a login names its holder, in any script", () => {
  const claims = new TextEncoder().encode(JSON.stringify({ sub: "zoë-日本", role: "viewer" }));
  const encoded = btoa(String.fromCodePoint(...claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  begin({ access_token: `e30.${encoded}.x`, token_type: "bearer", expires_in: 3600 });
  expect(currentSession()).toMatchObject({ username: "zoë-日本", role: "viewer" });
});

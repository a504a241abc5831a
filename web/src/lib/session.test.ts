import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Token } from "./types";

type Tab = typeof import("./session");

/** A tab: the module anew, with a storage of its own, and the channel that all tabs of a browser share. */
async function openTab(): Promise<Tab> {
  const stored = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
    clear: () => stored.clear(),
  });
  vi.resetModules();
  return import("./session");
}

function token(username: string, seconds = 3600): Token {
  return { access_token: `e30.${btoa(JSON.stringify({ sub: username, role: "editor" }))}.${crypto.randomUUID()}`, token_type: "bearer", expires_in: seconds as 3600 };
}

beforeEach(() => {
  class Channel extends EventTarget {
    static open = new Set<Channel>();
    constructor() {
      super();
      Channel.open.add(this);
    }
    postMessage(data: unknown) {
      for (const other of Channel.open) if (other !== this) other.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }));
    }
  }
  vi.stubGlobal("BroadcastChannel", Channel);
});

describe("one login for a browser", () => {
  it("reaches a tab that is opened beside", async () => {
    const one = await openTab();
    one.begin(token("ann"));
    const two = await openTab();
    expect(two.currentSession()).toBeNull();
    await two.askOtherTabs();
    expect(two.currentSession()).toEqual(one.currentSession());
    expect(two.currentSession()).toMatchObject({ username: "ann", role: "editor" });
  });

  it("doesn't turn a tab of somebody else", async () => {
    const one = await openTab();
    const two = await openTab();
    two.end();
    one.begin(token("ann"));
    two.end();
    const three = await openTab();
    three.begin(token("bea"));
    one.begin(token("ann"));
    expect(three.currentSession()?.username).toBe("bea");
  });

  it("ends in all of them at once", async () => {
    const one = await openTab();
    const two = await openTab();
    one.begin(token("ann"));
    expect(two.currentSession()?.username).toBe("ann");
    two.end();
    expect(one.currentSession()).toBeNull();
  });

  it("isn't taken over when it has run out", async () => {
    const one = await openTab();
    one.begin(token("ann", -1));
    const two = await openTab();
    await two.askOtherTabs();
    expect(two.currentSession()).toBeNull();
  });
});

describe("a token that isn't taken any more", () => {
  it("waits for the same person, and is worth another try then", async () => {
    const tab = await openTab();
    tab.begin(token("ann"));
    const again = tab.renewed(tab.currentSession()!);
    tab.begin(token("ann"));
    expect(await again).toBe(true);
  });

  it("is given up when somebody else logs in, or one logs out", async () => {
    const tab = await openTab();
    tab.begin(token("ann"));
    const first = tab.renewed(tab.currentSession()!);
    tab.begin(token("bea"));
    expect(await first).toBe(false);
    const second = tab.renewed(tab.currentSession()!);
    tab.end();
    expect(await second).toBe(false);
  });

  it("was replaced meanwhile: the request just goes again", async () => {
    const tab = await openTab();
    tab.begin(token("ann"));
    const old = tab.currentSession()!;
    tab.begin(token("ann"));
    expect(await tab.renewed(old)).toBe(true);
  });

  it("isn't taken again from a tab that doesn't know yet", async () => {
    const one = await openTab();
    await openTab();
    one.begin(token("ann"));
    let settled = false;
    void one.renewed(one.currentSession()!).then(() => (settled = true));
    await Promise.resolve();
    expect(settled).toBe(false);
  });

  it("is renewed by a login in another tab", async () => {
    const one = await openTab();
    const two = await openTab();
    one.begin(token("ann"));
    const again = one.renewed(one.currentSession()!);
    two.begin(token("ann"));
    expect(await again).toBe(true);
    expect(one.currentSession()?.token).toBe(two.currentSession()?.token);
  });
});

/**
 * Who is logged in, in this tab. The token is in sessionStorage, as the architecture has it: it goes with the tab. A tab that is
 * opened beside asks the others for it, so that one logs in once for a browser, and out once too.
 */
import { Store, useStore } from "./store";
import type { Role, Token } from "./types";

export type Session = { token: string; username: string; role: Role; expiresAt: number };

type Message = { kind: "asked" } | { kind: "told"; session: Session } | { kind: "ended" };

const KEY = "leads.session";
const ASK_MS = 150;

/** null: nobody; expired: somebody, whose token is no longer taken, and what they typed is still there. */
const store = new Store<Session | null>(stored());
const expired = new Store(false);

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("leads.session");
let waiting: { promise: Promise<boolean>; resolve: (again: boolean) => void } | null = null;

channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  const mine = store.get();
  if (data.kind === "asked" && mine && !expired.get()) tell({ kind: "told", session: mine });
  // Only a tab that has nobody takes what another one has, or one that waits for the same person; not the token that wasn't taken.
  if (data.kind === "told" && holds(data.session) && (!mine || (expired.get() && mine.username === data.session.username && mine.token !== data.session.token))) {
    keep(data.session);
  }
  if (data.kind === "ended") forget();
});

export function useSession(): Session | null {
  return useStore(store);
}

export function useExpired(): boolean {
  return useStore(expired);
}

export function currentSession(): Session | null {
  return store.get();
}

/** Takes over what another tab of this browser has, when there is one. */
export async function askOtherTabs(): Promise<void> {
  if (store.get() || !channel) return;
  tell({ kind: "asked" });
  await new Promise<void>((resolve) => {
    const stop = store.subscribe(resolve);
    setTimeout(() => (stop(), resolve()), ASK_MS);
  });
}

export function begin(token: Token): void {
  const session = read(token);
  keep(session);
  tell({ kind: "told", session });
}

/** A session's token isn't taken any more. Resolves to whether the same person has logged in again, so that it is worth another try. */
export function renewed(session: Session): Promise<boolean> {
  const mine = store.get();
  if (mine?.username !== session.username) return Promise.resolve(false);
  if (mine.token !== session.token && !expired.get()) return Promise.resolve(true);
  waiting ??= deferred();
  const { promise } = waiting;
  expired.set(true);
  tell({ kind: "asked" });
  return promise;
}

export function end(): void {
  tell({ kind: "ended" });
  forget();
}

function keep(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
  const waited = waiting;
  const same = store.get()?.username === session.username;
  waiting = null;
  store.set(session);
  expired.set(false);
  waited?.resolve(same);
}

function forget(): void {
  sessionStorage.removeItem(KEY);
  const waited = waiting;
  waiting = null;
  store.set(null);
  expired.set(false);
  waited?.resolve(false);
}

function deferred(): NonNullable<typeof waiting> {
  let resolve: (again: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function tell(message: Message): void {
  channel?.postMessage(message);
}

function stored(): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Session | null;
    return session && holds(session) ? session : null;
  } catch {
    return null;
  }
}

function holds(session: Session): boolean {
  return session.expiresAt > Date.now();
}

/** What the token says of itself. It is the service that checks it; here it only names its holder. */
function read(token: Token): Session {
  const payload = token.access_token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.codePointAt(0) ?? 0);
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub: string; role: Role };
  // By this browser's clock, which may be wrong: so from how long it holds, not from until when.
  return { token: token.access_token, username: claims.sub, role: claims.role, expiresAt: Date.now() + token.expires_in * 1000 };
}

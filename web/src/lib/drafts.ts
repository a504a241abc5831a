/** What is being written, kept in this tab until it was saved: a reload, an ended session or a lost connection takes nothing. Each person has their own. */
import { currentSession } from "./session";
import { Store, useStore } from "./store";

type Change<Kept> = (before: Kept | null) => Kept | null;

const PREFIX = "leads.draft.";
const stores = new Map<string, Store<unknown>>();

export function useDraft<Kept>(name: string): [draft: Kept | null, change: (change: Change<Kept>) => void] {
  const key = keyOf(name);
  return [useStore(storeOf(key)) as Kept | null, (change) => write(key, change(storeOf(key).get() as Kept | null))];
}

/** The name of what is being written into a lead's notes. */
export function notesDraft(id: number): string {
  return `notes.${id}`;
}

export function dropDraft(name: string): void {
  write(keyOf(name), null);
}

function keyOf(name: string): string {
  return `${PREFIX}${currentSession()?.username ?? ""}.${name}`;
}

function write(key: string, draft: unknown): void {
  storeOf(key).set(draft);
  try {
    if (draft === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing: it holds for as long as the page does.
  }
}

function storeOf(key: string): Store<unknown> {
  let store = stores.get(key);
  if (!store) stores.set(key, (store = new Store(read(key))));
  return store;
}

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null") as unknown;
  } catch {
    return null;
  }
}

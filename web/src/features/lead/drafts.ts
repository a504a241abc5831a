/** Texts that are being written, kept in this tab until they were saved: a reload, an ended session or a lost connection takes nothing. */
import { Store, useStore } from "@/lib/store";

const PREFIX = "leads.draft.";
const stores = new Map<string, Store<string | null>>();

export function useDraft(name: string): [draft: string | null, write: (draft: string | null) => void] {
  return [useStore(storeOf(name)), (draft) => write(name, draft)];
}

export function dropDraft(name: string): void {
  write(name, null);
}

function write(name: string, draft: string | null): void {
  storeOf(name).set(draft);
  try {
    if (draft === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, draft);
  } catch {
    // A browser that keeps nothing: it holds for as long as the page does.
  }
}

function storeOf(name: string): Store<string | null> {
  let store = stores.get(name);
  if (!store) stores.set(name, (store = new Store(read(name))));
  return store;
}

function read(name: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

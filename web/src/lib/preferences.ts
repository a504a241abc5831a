/** What this browser remembers of how a person likes things. Nothing of it is a secret, and none of it is needed. */
import { Store, useStore } from "./store";

export type Preferences = {
  /** An IANA name; empty is the browser's own. */
  timeZone: string;
  density: "comfortable" | "compact";
  columns: string[] | null;
  shortcuts: boolean;
};

const KEY = "leads.preferences";
const DEFAULTS: Preferences = { timeZone: "", density: "comfortable", columns: null, shortcuts: true };

const store = new Store<Preferences>(stored());

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  return [useStore(store), change];
}

/** The zone that times are shown and days are counted in. */
export function timeZone(): string {
  return store.get().timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function change(some: Partial<Preferences>): void {
  store.set({ ...store.get(), ...some });
  try {
    localStorage.setItem(KEY, JSON.stringify(store.get()));
  } catch {
    // A browser that keeps nothing: it holds for as long as the page does.
  }
}

function stored(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

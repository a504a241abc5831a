/** That something of the inbox has changed, told at once, and then no oftener than the limit of requests bears. */
import { Store } from "./store";

// Three readings (list, KPIs, a lead) for each: under steady change some sixty of the hundred requests a minute.
const GAP_MS = 3000;

/** Counts the times that everything shown should be read again. */
export const inboxChanges = new Store(0);

let last = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Something changed. `mine`: by this person, who should see the counts follow soon, however much else happens. */
export function touch({ mine = false } = {}): void {
  const wait = last + (mine ? GAP_MS / 10 : GAP_MS) - Date.now();
  if (timer !== undefined && !mine) return;
  clearTimeout(timer);
  if (wait <= 0) tell();
  else timer = setTimeout(tell, wait);
}

function tell(): void {
  clearTimeout(timer);
  timer = undefined;
  if (document.visibilityState === "hidden") {
    // Nobody looks: one reading when somebody does again.
    document.addEventListener("visibilitychange", tell, { once: true });
    return;
  }
  document.removeEventListener("visibilitychange", tell);
  last = Date.now();
  inboxChanges.set(inboxChanges.get() + 1);
}

/**
 * What is known of leads beyond what a list last said: the newest version of each that an answer has shown, and on top of it the edits that
 * are on their way. Lists and the lead's page show a lead through `latest`, so that an edit is seen at once, and a failed one takes
 * back its own fields alone. (Why not SWR's optimisticData: docs/decisions, 33.)
 */
import { adminAPI, type LeadEdit } from "./api";
import { Problem } from "./problem";
import { Store } from "./store";
import type { Lead } from "./types";

export type Pending = { number: number; edit: LeadEdit };
/** An edit that met a newer version: what the person saw, wanted, and what the lead is now. */
export type Conflict = { id: number; seen: Lead; mine: LeadEdit; theirs: Lead };
type Known = { newest: ReadonlyMap<number, Lead>; pending: ReadonlyMap<number, readonly Pending[]> };

const MOST_KNOWN = 1000;

export const known = new Store<Known>({ newest: new Map(), pending: new Map() });
export const conflicts = new Store<readonly Conflict[]>([]);

const queues = new Map<number, Promise<unknown>>();
let count = 0;

/** The ETag of a version of a lead, as the service makes it (sql/functions/app.etag.sql). */
export function etagOf(lead: Pick<Lead, "id" | "version">): string {
  return `"${lead.id}-${lead.version}"`;
}

/** A lead as it is by all that is known, with the edits on their way. Of a part of a lead (`select`) too. */
export function latest<Some extends Pick<Lead, "id" | "version">>(lead: Some, { newest, pending }: Known): Some {
  const newer = newest.get(lead.id);
  const waiting = pending.get(lead.id);
  if (!waiting && !(newer && newer.version > lead.version)) return lead;
  const base = newer && newer.version > lead.version ? { ...lead, ...newer } : lead;
  return Object.assign({}, base, ...(waiting ?? []).map((one) => one.edit)) as Some;
}

/** Takes in leads as an answer showed them. */
export function learn(...leads: Lead[]): void {
  const newest = new Map(known.get().newest);
  for (const lead of leads) {
    if ((newest.get(lead.id)?.version ?? 0) <= lead.version) {
      newest.delete(lead.id); // to the end: the longest unchanged go first
      newest.set(lead.id, lead);
    }
  }
  for (const id of newest.keys()) {
    if (newest.size <= MOST_KNOWN) break;
    newest.delete(id);
  }
  known.set({ ...known.get(), newest });
}

/**
 * Sends one edit of a lead as the person sees it; shown at once, sent after the edits of the same lead before it. Resolves to the lead
 * as stored; to null when somebody else changed it meanwhile, which is then in `conflicts`. Rejects with the Problem, the edit taken back.
 */
export async function editLead(seen: Lead, edit: LeadEdit): Promise<Lead | null> {
  const number = ++count;
  setPending(seen.id, (waiting) => [...waiting, { number, edit }]);
  const turn = (queues.get(seen.id) ?? Promise.resolve()).catch(() => undefined).then(() => send(seen, edit));
  queues.set(seen.id, turn);
  try {
    return await turn;
  } finally {
    setPending(seen.id, (waiting) => waiting.filter((one) => one.number !== number));
    if (queues.get(seen.id) === turn) queues.delete(seen.id);
  }
}

export function settle(conflict: Conflict): void {
  conflicts.set(conflicts.get().filter((one) => one !== conflict));
}

/** Of what one person knew, nothing is left for the next. */
export function forgetLeads(): void {
  known.set({ newest: new Map(), pending: new Map() });
  conflicts.set([]);
  ownEdits.clear();
}

async function send(seen: Lead, edit: LeadEdit): Promise<Lead | null> {
  // One's own edits since what the person saw are no surprise; anybody else's are, also when one's own came after them.
  const own = ownEdits.get(seen.id);
  const base = own && own.from <= seen.version && seen.version <= own.to ? own.to : seen.version;
  try {
    const { lead } = await adminAPI.editLead(seen.id, edit, etagOf({ id: seen.id, version: base }));
    ownEdits.set(lead.id, { from: own?.to === base ? own.from : base, to: lead.version });
    learn(lead);
    return lead;
  } catch (error) {
    if (!(error instanceof Problem && error.conflict && error.current)) throw error;
    const theirs = error.current;
    learn(theirs);
    if (clashes(seen, edit, theirs)) {
      conflicts.set([...conflicts.get(), { id: seen.id, seen, mine: edit, theirs }]);
      return null;
    }
    // They changed something else: nothing that the person hasn't seen is overwritten.
    return send(theirs, edit);
  }
}

/** The versions of a lead between which there are only one's own edits. */
const ownEdits = new Map<number, { from: number; to: number }>();

/** Whether somebody else changed a field that this edit is about, to something else than it wants. */
function clashes(seen: Lead, edit: LeadEdit, theirs: Lead): boolean {
  return Object.entries(edit).some(([field, wanted]) => {
    const [was, is] = [seen, theirs].map((lead) => JSON.stringify(lead[field as keyof Lead]));
    return was !== is && is !== JSON.stringify(wanted);
  });
}

function setPending(id: number, change: (waiting: readonly Pending[]) => readonly Pending[]): void {
  const pending = new Map(known.get().pending);
  const waiting = change(pending.get(id) ?? []);
  if (waiting.length) pending.set(id, waiting);
  else pending.delete(id);
  known.set({ ...known.get(), pending });
}

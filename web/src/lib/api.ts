/** The one client of the API. Answers are typed by its contract, refusals are a Problem, and an expired token waits for its renewal. */
import { Problem } from "./problem";
import { currentSession, renewed } from "./session";
import { Store } from "./store";
import type {
  Answer, Contact, Lead, LeadByHand, LeadCorrection, LeadPriority, LeadStats, LeadStatus, Token, User,
} from "./types";

/** Where the API is: this origin, unless the pages are served from elsewhere. */
export const API_ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? "";

/** What stands between us and the service, for the line at the top of the page. `until` in ms of the epoch. */
export type Connection = { state: "well" | "offline" | "unavailable" } | { state: "limited"; until: number };
export const WELL: Connection = { state: "well" };
const OFFLINE: Connection = { state: "offline" };
const UNAVAILABLE: Connection = { state: "unavailable" };
export const connection = new Store<Connection>(WELL);

export type Filter = string;
/** Which leads a bulk change is about. */
export type Selection = { ids: number[] } | { filter: Filter };
export type Versioned = { lead: Lead; etag: string };
export type BulkAnswer = Answer<"bulkStatus">;
/** What a bulk change does: the last part of its path, and the new value. */
export type BulkChange =
  | { kind: "status"; status: LeadStatus }
  | { kind: "priority"; priority: LeadPriority }
  | { kind: "tags"; add?: string[]; remove?: string[] }
  | { kind: "assignee"; assignee: string | null }
  | { kind: "follow-up"; follow_up_date: string | null }
  | { kind: "delete" }
  | { kind: "restore" };
/** One change of one lead. Each key is a column. */
export type LeadEdit =
  | { status: LeadStatus }
  | { priority: LeadPriority }
  | { quality_score: number | null }
  | { internal_notes: string | null }
  | { tags: string[] }
  | LeadCorrection;

type Options = { body?: unknown; ifMatch?: string | undefined; signal?: AbortSignal; open?: boolean };

const OWN_PATHS: Record<string, string> = {
  status: "status", priority: "priority", quality_score: "quality-score", internal_notes: "notes", tags: "tags",
};

export const adminAPI = {
  login: (username: string, password: string, code?: string) =>
    data<Token>("POST", "/admin/login", { body: { username, password, ...(code && { code }) }, open: true }),
  logout: () => data<void>("POST", "/admin/logout"),
  me: () => data<User>("GET", "/admin/me"),
  /** Any reading by its URL, which is also its key in SWR. */
  get: <Body>(url: string, signal?: AbortSignal) => data<Body>("GET", url, signal ? { signal } : {}),
  send: <Body>(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: unknown) => data<Body>(method, url, { body }),

  stats: () => data<LeadStats>("GET", "/admin/leads/stats"),
  lead: (id: number) => lead("GET", `/admin/leads/${id}`),
  addLead: (body: Partial<LeadByHand>) => lead("POST", "/admin/leads", { body }),
  /** With an ETag: only if nobody else has changed the lead since; else a Problem of 412 with `current`. */
  editLead: (id: number, edit: LeadEdit, ifMatch?: string) => {
    const [field, ...others] = Object.keys(edit);
    const own = field && others.length === 0 ? OWN_PATHS[field] : undefined;
    return lead("PATCH", `/admin/leads/${id}${own ? `/${own}` : ""}`, { body: edit, ifMatch });
  },
  addContact: (id: number, contact: Pick<Contact, "channel"> & Partial<Contact>) =>
    lead("POST", `/admin/leads/${id}/contacts`, { body: contact }),
  trashLead: (id: number) => data<BulkAnswer>("DELETE", `/admin/leads/${id}`),
  erasePerson: (id: number) => data<Answer<"deleteLead">>("DELETE", `/admin/leads/${id}?erase=true`),
  /** `token` of a preview: changes just what was shown, or nothing (412 selection_changed). */
  bulk: (selection: Selection, change: BulkChange, how: { dryRun?: boolean; token?: string } = {}) => {
    const { kind, ...value } = change;
    const method = kind === "delete" || kind === "restore" ? "POST" : "PATCH";
    const body = { ...selection, ...value, ...(how.token && { token: how.token }) };
    return data<BulkAnswer>(method, `/admin/leads/bulk-${kind}${how.dryRun ? "?dry_run=true" : ""}`, { body });
  },
  undo: (operation: string) => data<BulkAnswer>("POST", `/admin/operations/${operation}/undo`),
  /** The file, whole; `heard` is told how many bytes have come. A cut answer rejects, and nothing is saved. */
  exportLeads: (query: string, signal: AbortSignal, heard: (bytes: number) => void) => file(`/admin/leads/export?${query}`, signal, heard),
  mailFile: (id: number) => file(`/admin/mail/${id}/eml`),
  /** The stream of events, open. Its reader is lib/events.ts. */
  events: (lastId: string | null, signal: AbortSignal) =>
    fetch(`${API_ORIGIN}/admin/events`, {
      signal,
      cache: "no-store",
      headers: { Authorization: `Bearer ${currentSession()?.token ?? ""}`, ...(lastId && { "Last-Event-ID": lastId }) },
    }),
};

async function data<Body>(method: string, url: string, options: Options = {}): Promise<Body> {
  const answer = await ask(method, url, options);
  return (answer.status === 204 ? undefined : await answer.json()) as Body;
}

async function file(url: string, signal?: AbortSignal, heard?: (bytes: number) => void) {
  const answer = await ask("GET", url, signal ? { signal } : {});
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "leads";
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = answer.body!.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    heard?.((bytes += piece.value.length));
  }
  return { name, blob: new Blob(pieces, { type: answer.headers.get("Content-Type") ?? "" }) };
}

async function lead(method: string, url: string, options: Options = {}): Promise<Versioned> {
  const answer = await ask(method, url, options);
  return { lead: (await answer.json()) as Lead, etag: answer.headers.get("ETag") ?? "" };
}

async function ask(method: string, url: string, options: Options): Promise<Response> {
  const session = options.open ? null : currentSession();
  const answer = await reach(method, url, options, session?.token);
  if (answer.ok) {
    if (connection.get().state !== "limited") connection.set(WELL);
    return answer;
  }
  const problem = await problemOf(answer);
  // The request waits, with all that was typed for it, until the same person has logged in again.
  if (answer.status === 401 && session && problem.code.startsWith("token_") && (await renewed(session))) return ask(method, url, options);
  if (answer.status === 429 && session) {
    if (connection.get().state !== "limited") connection.set({ state: "limited", until: Date.now() + (problem.retryAfter ?? 1) * 1000 });
  } else if (answer.status >= 502 && answer.status <= 504) connection.set(UNAVAILABLE);
  else if (connection.get().state !== "limited") connection.set(WELL);
  throw problem;
}

async function reach(method: string, url: string, options: Options, token?: string): Promise<Response> {
  try {
    return await fetch(API_ORIGIN + url, {
      method,
      ...(options.signal && { signal: options.signal }),
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      headers: {
        Accept: "application/json, application/problem+json",
        ...(options.body !== undefined && { "Content-Type": "application/json" }),
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(options.ifMatch && { "If-Match": options.ifMatch }),
      },
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connection.set(OFFLINE);
    throw new Problem(0, {});
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const after = Number(answer.headers.get("Retry-After"));
  const body: object = await answer.json().catch(() => ({})); // a proxy's page, say
  return new Problem(answer.status, body, after > 0 ? after : undefined);
}

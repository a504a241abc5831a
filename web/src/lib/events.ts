/**
 * What happens to leads, as the service tells it: one stream for a browser, however many tabs. The tab that holds the lock reads, and
 * passes on what it hears; when it goes, the next one takes over where it stopped.
 */
import { useEffect } from "react";
import { adminAPI } from "./api";
import { currentSession, renewed } from "./session";
import { Store } from "./store";

export type LeadEvent = {
  id: number;
  at: string;
  type: "lead.created" | "lead.changed" | "lead.deleted" | "bulk.done";
  lead: number | null;
  version: number | null;
  actor: string | null;
  operation: string | null;
};
/** `all`: more may have happened than was told, so read everything anew. */
export type Heard = { type: "event"; event: LeadEvent } | { type: "all" };

type Frame = { id: string | null; event: string; data: string };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
// A comment comes every 15 s: who hears nothing for this long has no connection any more, and was not told.
const SILENCE_MS = 40_000;

/** Whether changes are heard of as they happen; otherwise the refresh every 30 s has to do. */
export const live = new Store(false);

type Shared = { heard: Heard; lastId: string | null } | { live: boolean };

/** Hears events while somebody is logged in, in any tab. */
export function useEvents(username: string | undefined, hear: (heard: Heard) => void): void {
  useEffect(() => {
    if (!username) return;
    const stop = new AbortController();
    const channel = new BroadcastChannel(`leads.events.${username}`);
    const place = { lastId: null as string | null };
    channel.addEventListener("message", ({ data }: MessageEvent<Shared>) => {
      if ("live" in data) return live.set(data.live);
      place.lastId = data.lastId;
      hear(data.heard);
    });
    const share = (shared: Shared) => channel.postMessage(shared);
    const tell = (heard: Heard) => {
      share({ heard, lastId: place.lastId });
      hear(heard);
    };
    const setLive = (value: boolean) => {
      live.set(value);
      share({ live: value });
    };
    void alone(`leads.events.${username}`, stop.signal, () => follow(place, stop.signal, tell, setLive));
    return () => {
      stop.abort();
      channel.close();
      live.set(false);
    };
  }, [username, hear]);
}

async function alone(name: string, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
  try {
    // Only a secure context has locks; elsewhere each tab has a stream of its own.
    await (navigator.locks ? navigator.locks.request(name, { signal }, run) : run());
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function follow(
  place: { lastId: string | null }, signal: AbortSignal, tell: (heard: Heard) => void, setLive: (value: boolean) => void,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const session = currentSession();
      const answer = await adminAPI.events(place.lastId, signal);
      if (answer.status === 401) {
        if (!session || !(await renewed(session))) return;
        continue;
      }
      if (answer.ok && answer.body) {
        for await (const frame of framesOf(answer.body)) {
          pause = FIRST_PAUSE_MS;
          if (frame.id) place.lastId = frame.id;
          if (frame.event === "ready") setLive(true);
          else if (frame.event === "reset") tell({ type: "all" });
          else tell({ type: "event", event: JSON.parse(frame.data) as LeadEvent });
        }
      }
    } catch {
      // The service, or the way to it, is away: tried again below.
    }
    setLive(false);
    await sleep(pause * (0.5 + Math.random()), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** The frames of a text/event-stream, comments left out. Source: the HTML standard, 9.2.6. */
export async function* framesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      const frames = (rest + value).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const read = readFrame(frame);
        if (read) yield read;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function inTime<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("silence")), SILENCE_MS);
  });
  return Promise.race([reading, silence]).finally(() => clearTimeout(timer));
}

function readFrame(text: string): Frame | null {
  const frame: Frame = { id: null, event: "", data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "id") frame.id = value;
    else if (field === "event") frame.event = value;
    else if (field === "data") frame.data += frame.data ? `\n${value}` : value;
  }
  return frame.event ? frame : null;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

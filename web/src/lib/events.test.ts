import { expect, it } from "vitest";
import { framesOf } from "./events";

const TEXT = 'retry: 2000\n\n: still here\n\nid: 7\nevent: ready\ndata: {}\n\nid: 31\nevent: lead.changed\ndata: {"id": 31, "actor": "zoë"}\n\nid: 32\nevent: lead.cre';

async function read(sizes: number): Promise<unknown[]> {
  const bytes = new TextEncoder().encode(TEXT);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += sizes) controller.enqueue(bytes.slice(at, at + sizes));
      controller.close();
    },
  });
  const frames = [];
  for await (const frame of framesOf(stream)) frames.push(frame);
  return frames;
}

// Wherever the network cuts, also inside a letter of two bytes; a frame that was cut off was not told.
it.each([1, 2, 3, 7, 1000])("frames in pieces of %i bytes", async (sizes) => {
  expect(await read(sizes)).toEqual([
    { id: "7", event: "ready", data: "{}" },
    { id: "31", event: "lead.changed", data: '{"id": 31, "actor": "zoë"}' },
  ]);
});

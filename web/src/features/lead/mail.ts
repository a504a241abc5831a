import { date } from "@/lib/format";
import type { Lead } from "@/lib/types";
import { lead as words } from "@/texts/lead";

// Some mail programs, and Windows, cut a longer address off.
const MOST_CHARACTERS = 1900;

/** A `mailto:` that opens one's mail program with a reply: to the visitor, `Re:` their subject, their message quoted as far as it fits. */
export function replyAddress(lead: Pick<Lead, "email" | "name" | "subject" | "message" | "created_at">): string {
  const subject = lead.subject ? (/^re:/i.test(lead.subject) ? lead.subject : `Re: ${lead.subject}`) : "";
  const start = `mailto:${encodeURIComponent(lead.email)}?subject=${encodeURIComponent(subject)}`;
  if (!lead.message) return start;
  const head = `\r\n\r\n${words.reply.quote(date(lead.created_at), lead.name)}\r\n`;
  const quoted = lead.message.split("\n").map((line) => `> ${line}`);
  const room = MOST_CHARACTERS - start.length - "&body=".length;
  // By code points: half of a surrogate pair can't be encoded.
  const points = [...(head + quoted.join("\r\n"))];
  let length = points.length;
  let body = encodeURIComponent(points.join(""));
  while (body.length > room && length > 0) {
    length = Math.floor(length * 0.95);
    body = encodeURIComponent(`${points.slice(0, length).join("")} …`);
  }
  return length > head.length ? `${start}&body=${body}` : start;
}

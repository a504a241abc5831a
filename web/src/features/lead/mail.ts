import { date } from "@/lib/format";
import type { Lead } from "@/lib/types";
import { lead as words } from "@/texts/lead";

// Some mail programs, and Windows, cut a longer address off.
const MOST_CHARACTERS = 1900;
const MOST_OF_SUBJECT = 600;

/** A `mailto:` that opens one's mail program with a reply: to the visitor, `Re:` their subject, their message quoted as far as it fits. */
export function replyAddress(lead: Pick<Lead, "email" | "name" | "subject" | "message" | "created_at">): string {
  const said = lead.subject?.replace(/\s+/g, " ") ?? "";
  const subject = !said || /^re:/i.test(said) ? said : `Re: ${said}`;
  const start = `mailto:${encodeURIComponent(lead.email)}?subject=${fitting(subject, MOST_OF_SUBJECT)}`;
  if (!lead.message) return start;
  const quoted = lead.message.split(/\r\n|\r|\n/).map((line) => `> ${line}`);
  const body = ["", "", words.reply.quote(date(lead.created_at), lead.name), ...quoted].join("\r\n");
  return `${start}&body=${fitting(body, MOST_CHARACTERS - start.length - "&body=".length)}`;
}

/** A text encoded for an address, in so many characters at most; what doesn't fit is left out, by whole characters of the text. */
function fitting(text: string, room: number): string {
  const whole = encodeURIComponent(text);
  if (whole.length <= room) return whole;
  const end = encodeURIComponent(" …");
  let fitted = "";
  for (const point of text) {
    const next = encodeURIComponent(point);
    if (fitted.length + next.length + end.length > room) break;
    fitted += next;
  }
  return fitted + end;
}

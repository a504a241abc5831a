import { Fragment, type ReactNode } from "react";
import type { ListedLead } from "@/hooks/useLeads";

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'" };
// A row shows little of what stands before a find.
const LEAD_IN = 24;

/** Where a search found something in the lead; what else stands there (`children`) when it marks nothing, as with a misspelt word. */
export function Found({ lead, children }: { lead: ListedLead; children: ReactNode }) {
  return lead.snippet?.includes("<mark>") ? <Snippet html={lead.snippet} /> : children;
}

/** What a search found. It comes as HTML in which all is escaped but `<mark>`; here it becomes text again, and is never parsed as HTML. */
export function Snippet({ html }: { html: string }) {
  return html.split(/<mark>(.*?)<\/mark>/gs).map((part, place) => {
    const text = part.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
    // Every second part stood between the marks.
    return place % 2 ? <mark key={place}>{text}</mark> : <Fragment key={place}>{place ? text : leadIn(text)}</Fragment>;
  });
}

/** The last words of a text, within `LEAD_IN` characters. */
function leadIn(text: string): string {
  return text.length > LEAD_IN ? `… ${text.slice(-LEAD_IN).replace(/^\S*[\s·]+/, "")}` : text;
}

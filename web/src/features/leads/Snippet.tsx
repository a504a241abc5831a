import { Fragment } from "react";

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'" };

/** What a search found. It comes as HTML in which all is escaped but `<mark>`; here it becomes text again, and is never parsed as HTML. */
export function Snippet({ html }: { html: string }) {
  return html.split(/<mark>(.*?)<\/mark>/gs).map((part, place) => {
    const text = part.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
    // Every second part stood between the marks.
    return place % 2 ? <mark key={place}>{text}</mark> : <Fragment key={place}>{text}</Fragment>;
  });
}

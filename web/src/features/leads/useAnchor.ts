import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

const FRESH_MS = 3000;

/**
 * No jump under the cursor: when rows come or go above what somebody looks at, the table is scrolled by as much. At the top, with
 * nobody's pointer or focus on a row, new rows just appear. `above`: how many new ones are out of sight; `fresh`: those that just came.
 */
export function useAnchor(scroller: RefObject<HTMLDivElement | null>, leads: readonly { id: number }[], height: number, queryKey: string) {
  const before = useRef<{ ids: readonly number[]; key: string }>({ ids: [], key: "" });
  const held = useRef(false);
  const [above, setAbove] = useState(0);
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set());

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const hold = () => {
      held.current = true;
    };
    const release = () => {
      held.current = element.matches(":hover") || element.contains(document.activeElement);
    };
    const seen = () => {
      if (element.scrollTop < height) setAbove(0);
    };
    element.addEventListener("pointerenter", hold);
    element.addEventListener("pointerleave", release);
    element.addEventListener("focusin", hold);
    element.addEventListener("focusout", release);
    element.addEventListener("scroll", seen, { passive: true });
    return () => {
      element.removeEventListener("pointerenter", hold);
      element.removeEventListener("pointerleave", release);
      element.removeEventListener("focusin", hold);
      element.removeEventListener("focusout", release);
      element.removeEventListener("scroll", seen);
    };
  }, [scroller, height]);

  useLayoutEffect(() => {
    const { ids: old, key } = before.current;
    const ids = leads.map((lead) => lead.id);
    before.current = { ids, key: queryKey };
    const element = scroller.current;
    if (!element) return;
    if (key !== queryKey) {
      element.scrollTo({ top: 0 });
      setAbove(0);
      return;
    }
    if (!old.length || (old[0] === ids[0] && old.length <= ids.length)) return;
    const known = new Set(old);
    const places = new Map(ids.map((id, place) => [id, place]));
    const first = Math.floor(element.scrollTop / height);
    // The first row in sight that is still there tells how far all moved.
    const anchor = old.findIndex((id, place) => place >= first && places.has(id));
    const moved = anchor < 0 ? 0 : places.get(old[anchor]!)! - anchor;
    const added = ids.slice(0, anchor < 0 ? 0 : places.get(old[anchor]!)!).filter((id) => !known.has(id));
    const stays = element.scrollTop > 0 || held.current;
    if (stays && moved) {
      element.scrollBy({ top: moved * height });
      setAbove((count) => count + added.length);
    } else if (added.length) {
      setFresh(new Set(added));
      setTimeout(() => setFresh(new Set()), FRESH_MS);
    }
  }, [leads, queryKey, height, scroller]);

  return { above, fresh };
}

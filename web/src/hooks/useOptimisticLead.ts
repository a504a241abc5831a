import { useCallback } from "react";
import { touch } from "@/lib/changes";
import { editLead, latest, known } from "@/lib/edits";
import type { LeadEdit } from "@/lib/api";
import { useStore } from "@/lib/store";
import type { Lead } from "@/lib/types";

/**
 * Edits that show at once. `shown` gives a lead with the edits on their way; `edit` sends one, and has the lists and KPIs read again.
 * `edit` resolves to the stored lead, or to null when it met somebody else's change, which the merge dialogue then asks about; it
 * rejects with the Problem when it failed, and only its own fields go back.
 */
export function useOptimisticLead() {
  const now = useStore(known);
  const shown = useCallback(<Some extends Pick<Lead, "id" | "version">>(lead: Some) => latest(lead, now), [now]);
  return { shown, edit };
}

async function edit(lead: Lead, change: LeadEdit): Promise<Lead | null> {
  try {
    return await editLead(lead, change);
  } finally {
    touch({ mine: true });
  }
}

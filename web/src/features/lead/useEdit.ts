import { useCallback } from "react";
import { sentence } from "@/components/ErrorState";
import { useOptimisticLead } from "@/hooks/useOptimisticLead";
import type { LeadEdit } from "@/lib/api";
import { Problem } from "@/lib/problem";
import { warn } from "@/lib/toast";
import type { Lead } from "@/lib/types";
import { lead as words } from "@/texts/lead";
import { fieldName, shown } from "./values";

/** Sends an edit of the lead as the person saw it, which shows at once; one that fails says what went back, and why. Resolves to the stored lead, else null. */
export function useEdit() {
  const { edit } = useOptimisticLead();
  return useCallback(
    async (seen: Lead, change: LeadEdit): Promise<Lead | null> => {
      try {
        return await edit(seen, change);
      } catch (error) {
        warn(words.failed(Object.keys(change).map(fieldName).join(", ")), why(error));
        return null;
      }
    },
    [edit],
  );
}

function why(error: unknown): string {
  const [wrong] = error instanceof Problem ? error.errors : [];
  if (!(error instanceof Problem) || !wrong) return sentence(error);
  const allowed = error.allowed.map((value) => shown(wrong.field, value)).join(", ");
  return allowed ? `${wrong.message} ${words.allowed(allowed)}` : wrong.message;
}

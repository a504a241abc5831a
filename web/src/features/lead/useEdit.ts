import { useCallback } from "react";
import { sentence } from "@/components/ErrorState";
import { useOptimisticLead } from "@/hooks/useOptimisticLead";
import type { LeadEdit } from "@/lib/api";
import { Problem } from "@/lib/problem";
import { warn } from "@/lib/toast";
import type { Lead } from "@/lib/types";
import { lead as words } from "@/texts/lead";
import { fieldName } from "./values";

/** Sends an edit that shows at once; one that fails says which field went back, and why. Resolves to whether it was stored. */
export function useEdit(lead: Lead) {
  const { edit } = useOptimisticLead();
  return useCallback(
    async (change: LeadEdit): Promise<boolean> => {
      try {
        return (await edit(lead, change)) !== null;
      } catch (error) {
        const names = Object.keys(change).map(fieldName).join(", ");
        warn(words.failed(names), error instanceof Problem && error.errors[0] ? error.errors[0].message : sentence(error));
        return false;
      }
    },
    [edit, lead],
  );
}

import { useLead } from "@/hooks/useLead";
import { Problem } from "@/lib/problem";

const NO_SUCH_LEAD = new Problem(404, {});

/** The lead that an address names; one that went while it was shown is gone, and what names none is not there. */
export function useShownLead(named: string | null | undefined) {
  const id = Number(named);
  const valid = Number.isSafeInteger(id) && id > 0;
  const { lead, error, mutate } = useLead(valid ? id : null);
  const gone = !valid || (error instanceof Problem && error.notFound);
  return { lead: gone ? undefined : lead, error: valid ? (error as unknown) : NO_SUCH_LEAD, mutate };
}

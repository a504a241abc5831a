import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import useSWR from "swr";
import { sentence } from "@/components/ErrorState";
import { type ListedLead, useLeads } from "@/hooks/useLeads";
import { useOptimisticLead } from "@/hooks/useOptimisticLead";
import { adminAPI, type BulkChange, type LeadEdit } from "@/lib/api";
import { CHOICES } from "@/lib/keys";
import { listed } from "@/lib/order";
import { Problem } from "@/lib/problem";
import { warn } from "@/lib/toast";
import type { LeadStatus } from "@/lib/types";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { announce } from "./bulk";
import type { Choices } from "./cells";
import type { Editing, TableHandle } from "./LeadTable";
import { useSelection } from "./useSelection";
import type { View } from "./useView";

/** What the table of a view works with: its leads, the one that is active, those selected, and what is being changed. */
export function useInbox(view: View, fixed = "") {
  const parameters = new URLSearchParams(view.query);
  if (fixed) parameters.set("view", fixed);
  const query = parameters.toString();
  const filter = new URLSearchParams(view.filterQuery);
  if (fixed) filter.set("view", fixed);
  const list = useLeads(query);
  const { edit } = useOptimisticLead();
  const { data: choices } = useSWR<Choices>(CHOICES);
  const ids = useIds(list.leads);
  const selection = useSelection(ids, filter.toString());
  const [active, setActive] = useState(-1); // none yet
  const [editing, setEditing] = useState<Editing>(null);
  const [bulk, setBulk] = useState<BulkChange | null>(null);
  const table = useRef<TableHandle>(null);
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });

  useEffect(() => listed.set(ids), [ids]);

  const save = useCallback(
    (lead: ListedLead, change: LeadEdit) => {
      setEditing(null);
      edit(lead, change).catch((error: unknown) => {
        const [field = ""] = Object.keys(change);
        warn(words.failedEdit(words.columns[field] ?? field), reason(error, lead));
      });
    },
    [edit],
  );

  /** Many are shown first; one, or its way into the trash, is done at once: it can be undone. */
  async function start(change: BulkChange) {
    const { selection: chosen } = selection;
    if ("filter" in chosen || chosen.ids.length !== 1) return setBulk(change);
    try {
      announce(await adminAPI.bulk(chosen, change), change);
      selection.clear();
    } catch (error) {
      warn(common.failed, sentence(error));
    }
  }

  return {
    ...list,
    query,
    choices,
    selection,
    active: Math.min(active, list.leads.length - 1),
    setActive,
    editing,
    setEditing,
    save,
    bulk,
    setBulk,
    start,
    table,
    phone,
  };
}

export type Inbox = ReturnType<typeof useInbox>;

function reason(error: unknown, lead: ListedLead): string {
  if (error instanceof Problem && error.code === "status_move_not_allowed") {
    return words.moveNotAllowed(common.status[lead.status], error.allowed.map((status) => common.status[status as LeadStatus] ?? status).join(", "));
  }
  return error instanceof Problem && error.errors[0] ? error.errors[0].message : sentence(error);
}

/** The leads' numbers; the same array for as long as they are the same. */
function useIds(leads: readonly ListedLead[]): readonly number[] {
  const [ids, setIds] = useState<readonly number[]>([]);
  if (ids.length !== leads.length || leads.some((lead, at) => lead.id !== ids[at])) {
    const now = leads.map((lead) => lead.id);
    setIds(now);
    return now;
  }
  return ids;
}

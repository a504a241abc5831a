import { notifications } from "@mantine/notifications";
import { createElement } from "react";
import { sentence } from "@/components/ErrorState";
import { adminAPI, type BulkAnswer, type BulkChange } from "@/lib/api";
import { touch } from "@/lib/changes";
import { day, number } from "@/lib/format";
import { Store } from "@/lib/store";
import { tell, warn } from "@/lib/toast";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { UndoToast } from "./UndoToast";

const UNDO_MS = 15_000;

/** The last change of many, for `u`. */
export const lastOperation = new Store<string | null>(null);

/** A change in words: "status Archived". */
export function inWords(change: BulkChange): string {
  const what = words.bulk.what;
  switch (change.kind) {
    case "status":
      return what.status(common.status[change.status]);
    case "priority":
      return what.priority(common.priority[change.priority]);
    case "tags":
      return what.tags(change.add?.join(", ") ?? "", change.remove?.join(", ") ?? "");
    case "assignee":
      return what.assignee(change.assignee);
    case "follow-up":
      return what.followUp(change.follow_up_date && day(change.follow_up_date));
    case "delete":
      return what.delete;
    case "restore":
      return what.restore;
  }
}

/** Says what was done, and offers to take it back. */
export function announce(answer: BulkAnswer, change: BulkChange): void {
  touch({ mine: true });
  const { operation } = answer;
  const text = words.bulk.done(number(answer.changed), inWords(change));
  if (!operation) return tell(text);
  lastOperation.set(operation);
  notifications.show({ id: operation, autoClose: UNDO_MS, message: createElement(UndoToast, { text, undo: () => void undo(operation) }) });
}

export async function undo(operation: string): Promise<void> {
  notifications.hide(operation);
  try {
    const answer = await adminAPI.undo(operation);
    if (lastOperation.get() === operation) lastOperation.set(null);
    tell(words.bulk.undone(number(answer.changed), answer.skipped_count));
  } catch (error) {
    warn(common.failed, sentence(error));
  } finally {
    touch({ mine: true });
  }
}

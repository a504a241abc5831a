import { Alert, Button, Group, List, Loader, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { ErrorState } from "@/components/ErrorState";
import { adminAPI, type BulkAnswer, type BulkChange, type Selection } from "@/lib/api";
import { number } from "@/lib/format";
import { Problem } from "@/lib/problem";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { announce, inWords } from "./bulk";
import type { Inbox } from "./useInbox";

type Stage = { at: "looking" | "working" } | { at: "shown"; preview: BulkAnswer; again: boolean } | { at: "failed"; error: unknown };

/** A look before many are changed: how many, and which stay as they are and why. What is then done is what was shown, or nothing. */
export function BulkDialog({ inbox, change }: { inbox: Inbox; change: BulkChange }) {
  const { selection, clear } = inbox.selection;
  const close = () => inbox.setBulk(null);
  const [stage, setStage] = useState<Stage>({ at: "looking" });

  useEffect(() => {
    let current = true;
    look(selection, change).then(
      (preview) => current && setStage({ at: "shown", preview, again: false }),
      (error: unknown) => current && setStage({ at: "failed", error }),
    );
    return () => {
      current = false;
    };
  }, [selection, change]);

  async function apply(token: string | undefined) {
    setStage({ at: "working" });
    try {
      const answer = await adminAPI.bulk(selection, change, token ? { token } : {});
      announce(answer, change);
      close();
      clear();
    } catch (error) {
      if (!(error instanceof Problem && error.code === "selection_changed")) return setStage({ at: "failed", error });
      look(selection, change).then(
        (preview) => setStage({ at: "shown", preview, again: true }),
        (failure: unknown) => setStage({ at: "failed", error: failure }),
      );
    }
  }

  return (
    <Modal opened onClose={close} title={words.bulk.title} closeOnClickOutside={stage.at !== "working"} withCloseButton={stage.at !== "working"}>
      <Stack gap="sm" aria-live="polite">
        {(stage.at === "looking" || stage.at === "working") && (
          <Group gap="sm">
            <Loader size="sm" />
            <Text size="sm">{stage.at === "looking" ? common.loading : words.bulk.working}</Text>
          </Group>
        )}
        {stage.at === "failed" && <ErrorState error={stage.error} />}
        {stage.at === "shown" && <Preview preview={stage.preview} again={stage.again} change={change} />}
        <Group justify="end">
          <Button variant="default" onClick={close} disabled={stage.at === "working"}>
            {stage.at === "failed" || (stage.at === "shown" && !stage.preview.changed) ? common.close : common.cancel}
          </Button>
          {stage.at === "shown" && stage.preview.changed > 0 && (
            <Button data-autofocus color={change.kind === "delete" ? "red" : "blue"} onClick={() => void apply(stage.preview.token)}>
              {words.bulk.apply(number(stage.preview.changed))}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Preview({ preview, again, change }: { preview: BulkAnswer; again: boolean; change: BulkChange }) {
  const reasons = new Map<string, number>();
  for (const { reason } of preview.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  // Only the first thousand are named; when it is one reason for all of them, it is taken for that of the rest.
  const named = preview.skipped.length === preview.skipped_count;
  return (
    <>
      {again && <Alert color="orange">{words.bulk.changedMeanwhile}</Alert>}
      <Text fw={600}>{preview.changed ? words.bulk.will(number(preview.changed), inWords(change)) : words.bulk.nothing}</Text>
      {preview.skipped_count > 0 && (
        <div>
          <Text size="sm">{words.bulk.skipped(number(preview.skipped_count))}</Text>
          <List size="sm">
            {[...reasons].map(([reason, count]) => (
              <List.Item key={reason}>
                {named ? `${number(count)} ` : ""}
                {words.bulk.reasons[reason] ?? reason}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </>
  );
}

function look(selection: Selection, change: BulkChange): Promise<BulkAnswer> {
  return adminAPI.bulk(selection, change, { dryRun: true });
}

import { Button, Modal, Stack, Text } from "@mantine/core";
import { Confirm } from "@/components/Confirm";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import { leadCount, type Operation, type Undone, undoReport, whatWas } from "./operation";

const words = activity.operations;

type Props = { one: Operation; onClose: () => void; done: (report: Undone) => void; tried: () => void };

/** Asks, and takes an operation back. `tried`: it may have happened, whatever was answered. */
export function UndoDialog({ one, onClose, done, tried }: Props) {
  async function undo() {
    try {
      done(await adminAPI.undo(one.operation));
    } finally {
      touch({ mine: true });
      tried();
    }
  }

  return (
    <Confirm title={words.confirmTitle} action={words.confirm} run={undo} onClose={onClose}>
      <Text fw={600} className="written">
        {whatWas(one)}
      </Text>
      <Text size="sm">{words.confirmText(leadCount(one.changed ?? 0))}</Text>
    </Confirm>
  );
}

/** What came of it: not all leads may have been left as they were. */
export function UndoReport({ report, onClose }: { report: Undone; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={words.resultTitle}>
      <Stack>
        <div role="status">
          {undoReport(report).map((line) => (
            <Text key={line}>{line}</Text>
          ))}
        </div>
        <Button onClick={onClose} data-autofocus>
          {common.close}
        </Button>
      </Stack>
    </Modal>
  );
}

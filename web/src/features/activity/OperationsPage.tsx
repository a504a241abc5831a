import { Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconClipboardList } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Older } from "@/components/Older";
import { usePages } from "@/hooks/usePages";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { useSession } from "@/lib/session";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import type { Operation, Undone } from "./operation";
import { OperationRow } from "./OperationRow";
import { UndoDialog, UndoReport } from "./UndoDialog";

const words = activity.operations;
const idOf = (operation: Operation) => operation.operation;

/** What was done to many leads at once, and the way back: for editors. */
export function OperationsPage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "editor");
  const { rows, error, hasMore, loadingMore, loadMore, refresh } = usePages<Operation>(allowed ? "/admin/operations" : null, idOf);
  const [undoing, setUndoing] = useState<Operation | null>(null);
  const [report, setReport] = useState<Undone | null>(null);

  return (
    <Stack gap="lg" maw={1100}>
      <title>{`${common.pages.operations} · ${common.product}`}</title>
      <div>
        <Title order={1} size="h2">
          {common.pages.operations}
        </Title>
        <Text c="dimmed">{words.about}</Text>
      </div>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : rows ? (
        rows.length ? (
          <Paper withBorder radius="md" component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label={common.pages.operations}>
            {rows.map((one) => (
              <OperationRow key={one.operation} one={one} all={rows} role={session.role} undo={() => setUndoing(one)} />
            ))}
          </Paper>
        ) : (
          <EmptyState icon={IconClipboardList} title={words.empty}>
            {words.emptyText}
          </EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refresh()} />
      ) : (
        <Skeleton h={320} />
      )}
      {rows && rows.length > 0 && <Older hasMore={hasMore} loading={loadingMore} load={loadMore} />}
      {undoing && <UndoDialog one={undoing} onClose={() => setUndoing(null)} done={setReport} tried={() => void refresh()} />}
      {report && <UndoReport report={report} onClose={() => setReport(null)} />}
    </Stack>
  );
}

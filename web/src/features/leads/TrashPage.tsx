import { Stack, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { EmptyState } from "@/components/EmptyState";
import { number } from "@/lib/format";
import { may } from "@/lib/may";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { BulkBar } from "./BulkBar";
import { BulkDialog } from "./BulkDialog";
import { Rows } from "./LeadsPage";
import classes from "./leads.module.css";
import { useInbox } from "./useInbox";
import { useView } from "./useView";

const COLUMNS = ["name", "subject", "status", "deleted_at", "created_at"];

/** What was deleted, until it is gone for good. */
export function TrashPage() {
  const session = useSession();
  const view = useView();
  const inbox = useInbox(view, "trash");
  if (!session) return null;
  return (
    <div className={classes.page}>
      <title>{`${common.pages.trash} · ${common.product}`}</title>
      <Stack gap={2}>
        <Title order={1} size="h3">
          {words.trash.title}
        </Title>
        <Text size="sm" c="dimmed">
          {words.trash.text} {!may(session.role, "admin") && words.trash.adminOnly}
        </Text>
        <Text size="sm" c="dimmed" aria-live="polite" data-total={inbox.total}>
          {inbox.isLoading ? common.loading : words.totalOnly(number(inbox.total), inbox.totalExact, inbox.total === 1)}
        </Text>
      </Stack>
      {inbox.selection.count > 0 && (
        <BulkBar
          selection={inbox.selection}
          loaded={inbox.leads.length}
          total={inbox.total}
          totalExact={inbox.totalExact}
          role={session.role}
          inTrash
          choices={inbox.choices}
          start={(change) => void inbox.start(change)}
        />
      )}
      <Rows
        // A lead in the trash can't be opened: by its number it is not there.
        view={{ ...view, columns: COLUMNS, open: (id) => inbox.selection.toggle(id) }}
        inbox={inbox}
        editable={false}
        nothing={
          <EmptyState icon={IconTrash} title={words.empty.trash}>
            {words.empty.trashText}
          </EmptyState>
        }
      />
      {inbox.bulk && <BulkDialog inbox={inbox} change={inbox.bulk} />}
    </div>
  );
}

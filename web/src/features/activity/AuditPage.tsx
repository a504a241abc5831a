import { Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useSearchParams } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Older } from "@/components/Older";
import { usePages } from "@/hooks/usePages";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { useSession } from "@/lib/session";
import { activity } from "@/texts/activity";
import { common } from "@/texts/common";
import { AuditFilters } from "./AuditFilters";
import { AuditRow, type Entry } from "./AuditRow";
import { auditUrl } from "./auditQuery";

const words = activity.audit;

const idOf = (entry: Entry) => entry.id;

/** Who changed what, of all there is: for admins. */
export function AuditPage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "admin");
  const [parameters] = useSearchParams();
  const { rows, error, hasMore, loadingMore, loadMore, refresh } = usePages<Entry>(allowed ? auditUrl(parameters) : null, idOf);

  return (
    <Stack gap="lg" maw={1100}>
      <title>{`${common.pages.audit} · ${common.product}`}</title>
      <div>
        <Title order={1} size="h2">
          {common.pages.audit}
        </Title>
        <Text c="dimmed">{words.about}</Text>
      </div>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : (
        <>
          <AuditFilters />
          {rows ? (
            rows.length ? (
              <Paper withBorder radius="md" component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label={common.pages.audit}>
                {rows.map((entry) => (
                  <AuditRow key={entry.id} entry={entry} />
                ))}
              </Paper>
            ) : (
              <EmptyState icon={IconHistory} title={words.empty}>
                {words.emptyText}
              </EmptyState>
            )
          ) : error ? (
            <ErrorState error={error} retry={() => void refresh()} />
          ) : (
            <Skeleton h={480} />
          )}
          {rows && rows.length > 0 && <Older hasMore={hasMore} loading={loadingMore} load={loadMore} />}
        </>
      )}
    </Stack>
  );
}

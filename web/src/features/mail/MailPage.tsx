import { Button, Group, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconMail, IconMailSearch, IconTemplate } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import useSWR from "swr";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Older } from "@/components/Older";
import { usePages } from "@/hooks/usePages";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { MAIL, MAIL_STATUS } from "@/lib/keys";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { tell } from "@/lib/toast";
import type { Mail } from "@/lib/types";
import { common } from "@/texts/common";
import { mail as words } from "@/texts/mail";
import { EVERY_MS, FILTERS, type Filter, filterOf, mailsUrl, type MailStatus } from "./mail";
import { MailDrawer } from "./MailDrawer";
import { MailTable } from "./MailTable";
import { StatusCards } from "./StatusCards";

const idOf = (mail: Mail) => mail.id;

/** The outbox: what waits, went out, and did not, and why. */
export function MailPage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "viewer");
  const editable = session !== null && may(session.role, "editor");
  const [parameters, setParameters] = useSearchParams();
  const filter = filterOf(parameters);
  const { data: status, mutate: readStatus } = useSWR<MailStatus>(allowed ? MAIL_STATUS : null, { refreshInterval: EVERY_MS });
  const { rows, error, hasMore, loadingMore, loadMore, refresh } = usePages<Mail>(allowed ? mailsUrl(filter) : null, idOf, EVERY_MS);
  const [open, setOpen] = useState<number | null>(null);
  const { busy, error: failure, submit } = useSubmit();

  const readAgain = () => {
    void refresh();
    void readStatus();
  };
  const show = (value: Filter) =>
    setParameters((before) => {
      const after = new URLSearchParams(before);
      if (value === "all") after.delete("show");
      else after.set("show", value);
      return after;
    });
  const retryAll = () =>
    submit(async () => {
      const { changed } = await adminAPI.send<{ changed: number }>("POST", `${MAIL}/retry`, { state: "failed" });
      tell(words.retried(changed));
      readAgain();
    });

  return (
    <Stack gap="lg" maw={1200}>
      <title>{`${common.pages.mail} · ${common.product}`}</title>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {common.pages.mail}
          </Title>
          <Text c="dimmed">{words.about}</Text>
        </div>
        {session && may(session.role, "admin") && (
          <Button component={Link} to={paths.mailTemplates} variant="default" leftSection={<IconTemplate size={18} aria-hidden />}>
            {words.templatesLink}
          </Button>
        )}
      </Group>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : (
        <>
          {status ? <StatusCards status={status} /> : <Skeleton h={90} />}
          <Group justify="space-between">
            <SegmentedControl
              aria-label={words.filter}
              value={filter}
              onChange={(value) => show(value as Filter)}
              data={FILTERS.map((value) => ({ value, label: words.filters[value] }))}
            />
            {editable && status !== undefined && status.failed > 0 && (
              <Button variant="default" loading={busy} onClick={() => void retryAll()}>
                {words.retryAll(status.failed)}
              </Button>
            )}
          </Group>
          {Boolean(failure) && <ErrorState error={failure} />}
          {rows ? (
            rows.length ? (
              <MailTable mails={rows} open={(mail) => setOpen(mail.id)} />
            ) : filter === "all" ? (
              <EmptyState icon={IconMail} title={words.empty}>
                {words.emptyText}
              </EmptyState>
            ) : (
              <EmptyState icon={IconMailSearch} title={words.emptyFilter}>
                {words.emptyFilterText}
              </EmptyState>
            )
          ) : error ? (
            <ErrorState error={error} retry={readAgain} />
          ) : (
            <Skeleton h={320} />
          )}
          {rows && rows.length > 0 && <Older hasMore={hasMore} loading={loadingMore} load={loadMore} />}
        </>
      )}
      {open !== null && <MailDrawer id={open} editable={editable} onClose={() => setOpen(null)} changed={readAgain} />}
    </Stack>
  );
}

import { ActionIcon, Button, Group, Skeleton, Text, Title, Tooltip } from "@mantine/core";
import { IconDownload, IconInbox, IconKeyboard, IconPlus, IconSearchOff } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { API_ORIGIN } from "@/lib/api";
import { number } from "@/lib/format";
import { may } from "@/lib/may";
import { NEW_LEAD } from "@/lib/order";
import { usePreferences } from "@/lib/preferences";
import { leadPath } from "@/lib/routes";
import { type Session, useSession } from "@/lib/session";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { lastOperation, undo } from "./bulk";
import { FilterBar } from "./FilterBar";
import { LeadTable } from "./LeadTable";
import classes from "./leads.module.css";
import { OptionsMenu } from "./OptionsMenu";
import { SearchField } from "./SearchField";
import { type Inbox, useInbox } from "./useInbox";
import { useShortcuts } from "./useShortcuts";
import { useView, type View } from "./useView";
import { ViewsMenu } from "./ViewsMenu";

// What one may never open is not waited for.
const BulkBar = lazy(() => import("./BulkBar").then((module) => ({ default: module.BulkBar })));
const BulkDialog = lazy(() => import("./BulkDialog").then((module) => ({ default: module.BulkDialog })));
const ExportDialog = lazy(() => import("./ExportDialog").then((module) => ({ default: module.ExportDialog })));
const KeysDialog = lazy(() => import("./KeysDialog").then((module) => ({ default: module.KeysDialog })));

/** The inbox: find leads, see them, and deal with them, one or many at a time. */
export function LeadsPage() {
  const session = useSession();
  const view = useView();
  const inbox = useInbox(view);
  const [dialog, setDialog] = useState<"export" | "keys" | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const [, setParameters] = useSearchParams();
  useLeadKeys(view, inbox, session, () => search.current?.select(), () => setDialog("keys"));
  if (!session) return null;
  const editor = may(session.role, "editor");

  return (
    <div className={classes.page}>
      <title>{`${common.pages.leads} · ${common.product}`}</title>
      <Group justify="space-between" gap="xs">
        <Group gap="sm" align="baseline">
          <Title order={1} size="h3">
            {words.title}
          </Title>
          <Text size="sm" c="dimmed" aria-live="polite" data-total={inbox.total}>
            {inbox.isLoading ? common.loading : words.totalOnly(number(inbox.total), inbox.totalExact, inbox.total === 1)}
          </Text>
        </Group>
        <Group gap="xs">
          {editor && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setParameters((before) => (before.set(NEW_LEAD, "1"), before))}>
              {words.newLead}
            </Button>
          )}
        </Group>
      </Group>
      <Group gap="xs" wrap="wrap">
        <ViewsMenu view={view} me={session.username} role={session.role} />
        <SearchField q={view.q} search={view.search} busy={inbox.isValidating} field={search} />
        <Group gap="xs" ml="auto" wrap="nowrap">
          <Tooltip label={words.export.label}>
            <ActionIcon variant="default" size="lg" aria-label={words.export.label} onClick={() => setDialog("export")}>
              <IconDownload size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <OptionsMenu view={view} />
          <Tooltip label={words.keys.help}>
            <ActionIcon variant="default" size="lg" aria-label={words.keys.help} onClick={() => setDialog("keys")} visibleFrom="sm">
              <IconKeyboard size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <FilterBar view={view} choices={inbox.choices} me={session.username} />
      <Suspense>
        {inbox.selection.count > 0 && (
          <BulkBar
            selection={inbox.selection}
            loaded={inbox.leads.length}
            total={inbox.total}
            totalExact={inbox.totalExact}
            role={session.role}
            inTrash={view.place === "trash"}
            choices={inbox.choices}
            start={(change) => void inbox.start(change)}
          />
        )}
      </Suspense>
      <Rows view={view} inbox={inbox} editable={editor} />
      <Suspense>
        {inbox.bulk && <BulkDialog inbox={inbox} change={inbox.bulk} />}
        {dialog === "export" && <ExportDialog view={view} total={inbox.total} totalExact={inbox.totalExact} close={() => setDialog(null)} />}
        {dialog === "keys" && <KeysDialog close={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}

/** The table, or what stands in its place. */
export function Rows({ view, inbox, editable, nothing }: { view: View; inbox: Inbox; editable: boolean; nothing?: React.ReactNode }) {
  if (inbox.error && !inbox.leads.length) return <ErrorState error={inbox.error} retry={() => void inbox.refresh()} />;
  if (inbox.isLoading && !inbox.leads.length) {
    return (
      <div className={classes.frame} role="status" aria-label={common.loading}>
        {Array.from({ length: 12 }, (_, line) => (
          <Skeleton key={line} height={30} m="sm" />
        ))}
      </div>
    );
  }
  if (!inbox.leads.length) return nothing ?? <Nothing view={view} />;
  return (
    <LeadTable
      leads={inbox.leads}
      total={inbox.total}
      queryKey={inbox.query}
      columns={view.columns}
      density={view.density}
      phone={inbox.phone}
      order={view.order}
      // A search comes by rank.
      sort={view.q && !view.order ? null : view.sort}
      selection={inbox.selection}
      active={inbox.active}
      setActive={inbox.setActive}
      opened={view.opened}
      open={view.open}
      editable={editable}
      editing={inbox.editing}
      setEditing={inbox.setEditing}
      save={inbox.save}
      choices={inbox.choices}
      hasMore={inbox.hasMore}
      loadMore={inbox.loadMore}
      loadingMore={inbox.loadingMore}
      stale={inbox.stale}
      refresh={() => void inbox.refresh()}
      handle={inbox.table}
    />
  );
}

function Nothing({ view }: { view: View }) {
  if (view.isFiltered) {
    return (
      <EmptyState icon={IconSearchOff} title={words.empty.noMatch}>
        <Text c="dimmed">{words.empty.noMatchText}</Text>
        <Button variant="light" onClick={view.clear}>
          {words.empty.clear}
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconInbox} title={words.empty.nothing}>
      <Text c="dimmed">{words.empty.nothingText}</Text>
      <Button component="a" href={`${API_ORIGIN}/forms/contact`} target="_blank" rel="noopener" variant="light">
        {words.empty.tryForm}
      </Button>
    </EmptyState>
  );
}

function useLeadKeys(view: View, inbox: Inbox, session: Session | null, find: () => void, help: () => void) {
  const navigate = useNavigate();
  const [{ shortcuts }] = usePreferences();
  const role = session?.role ?? "analyst";
  const lead = inbox.leads[inbox.active];
  const move = (by: number) => {
    const next = Math.max(0, Math.min(inbox.leads.length - 1, inbox.active + by));
    inbox.setActive(next);
    inbox.table.current?.focusRow(next);
  };
  const edit = (column: string) => lead && may(role, "editor") && inbox.setEditing({ id: lead.id, column });
  const open = () => lead && view.open(lead.id);
  useShortcuts(
    {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      x: () => lead && inbox.selection.toggle(lead.id),
      "Shift+x": () => lead && inbox.selection.toggle(lead.id, true),
      Enter: open,
      o: open,
      "Shift+o": () => lead && void navigate(leadPath(lead.id)),
      e: () => lead && may(role, "editor") && lead.status !== "archived" && inbox.save(lead, { status: "archived" }),
      s: () => edit("status"),
      p: () => edit("priority"),
      "#": () => {
        if (!lead || !may(role, "admin")) return;
        if (inbox.selection.count === 0) inbox.selection.toggle(lead.id);
        inbox.setBulk({ kind: "delete" });
      },
      u: () => {
        const last = lastOperation.get();
        if (last) void undo(last);
        else tell(words.bulk.nothingToUndo);
      },
      "/": find,
      "?": help,
      Escape: () => inbox.selection.clear(),
    },
    shortcuts && view.opened === null,
  );
}

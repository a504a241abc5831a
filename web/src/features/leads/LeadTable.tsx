import { Button, Checkbox, Group, Loader, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, type MouseEvent, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from "react";
import type { ListedLead } from "@/hooks/useLeads";
import type { LeadEdit } from "@/lib/api";
import { leads as words } from "@/texts/leads";
import { Card } from "./Card";
import { Cell, type Choices, EDITABLE } from "./cells";
import classes from "./leads.module.css";
import { useAnchor } from "./useAnchor";
import type { LeadSelection } from "./useSelection";
import type { Order } from "./useView";

const WIDTHS: Record<string, string> = {
  name: "minmax(170px, 1.4fr)", subject: "minmax(190px, 2.4fr)", email: "minmax(170px, 1.2fr)", company: "minmax(110px, 1fr)", tags: "minmax(104px, 1fr)",
  status: "116px", priority: "98px", assignee: "minmax(88px, 0.6fr)", follow_up_date: "100px", quality_score: "72px", created_at: "112px", updated_at: "112px",
  deleted_at: "112px",
};
const OTHER_WIDTH = "minmax(110px, 1fr)";
const HEIGHTS = { comfortable: 54, compact: 38, card: 112 };
const OVERSCAN = 8;
const NEAR_THE_END = 25;
// What no order makes sense of, or costs more than it is worth.
const NOT_SORTED = new Set(["tags", "message", "internal_notes"]);

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, ListedLead>();

export type TableHandle = { toTop: () => void; focusRow: (index: number) => void };
export type Editing = { id: number; column: string } | null;

type Props = {
  leads: ListedLead[];
  total: number;
  queryKey: string;
  columns: string[];
  density: "comfortable" | "compact";
  phone: boolean;
  order: Order | null;
  sort: ((order: Order | null) => void) | null;
  selection: LeadSelection;
  active: number;
  setActive: (index: number) => void;
  opened: number | null;
  open: (id: number) => void;
  editable: boolean;
  editing: Editing;
  setEditing: (editing: Editing) => void;
  save: (lead: ListedLead, edit: LeadEdit) => void;
  choices: Choices | undefined;
  hasMore: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  stale: boolean;
  refresh: () => void;
  handle: Ref<TableHandle>;
};

/** The rows, of which only those in sight are in the page. */
export function LeadTable(props: Props) {
  const { leads, columns, density, phone, selection, loadMore, hasMore, loadingMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo(() => helper.columns(columns.map((id) => helper.display({ id }))), [columns]);
  const table = useTable({ features, columns: definitions, data: leads, getRowId: (lead: ListedLead) => String(lead.id) });
  const rows = table.getRowModel().rows;
  const height = phone ? HEIGHTS.card : HEIGHTS[density];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const { above, fresh } = useAnchor(scroller, leads, height, props.queryKey);
  useEffect(() => virtual.measure(), [virtual, height]);

  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && rows.length && end >= rows.length - NEAR_THE_END) loadMore();
  }, [end, rows.length, hasMore, loadingMore, loadMore]);

  const toTop = () => scroller.current?.scrollTo({ top: 0 });
  const [wanted, setWanted] = useState<number | null>(null);
  useImperativeHandle(props.handle, () => ({
    toTop,
    focusRow: (index) => {
      virtual.scrollToIndex(index, { align: "auto" });
      setWanted(index);
    },
  }));
  useEffect(() => {
    if (wanted === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted}"]`);
    if (!row) return; // not in the page yet: with the next scroll it is
    row.focus({ preventScroll: true });
    setWanted(null);
  }, [wanted, items]);

  const template = phone ? "36px minmax(0, 1fr)" : ["44px", ...columns.map((column) => WIDTHS[column] ?? OTHER_WIDTH)].join(" ");
  const least = 44 + columns.reduce((sum, column) => sum + Number(/\d+/.exec(WIDTHS[column] ?? OTHER_WIDTH)?.[0]), 0);
  const style = { "--columns": template, "--least": phone ? "0" : `${least}px`, "--row": `${height}px` } as CSSProperties;

  return (
    <div className={classes.frame}>
      {(above > 0 || props.stale) && (
        <Button
          className={classes.pill ?? ""}
          size="compact-sm"
          radius="xl"
          leftSection={<IconArrowUp size={14} aria-hidden />}
          onClick={() => {
            toTop();
            if (props.stale) props.refresh();
          }}
        >
          {props.stale ? words.stale : words.newAbove(above)}
        </Button>
      )}
      <div ref={scroller} className={classes.scroller} style={style} data-density={density} role="grid" aria-label={words.title} aria-rowcount={props.total + 1} aria-multiselectable tabIndex={rows.length ? -1 : 0}>
        {!phone && <Head {...props} />}
        <div className={classes.body} style={{ height: virtual.getTotalSize() }} role="rowgroup">
          {items.map((item) => {
            const lead = rows[item.index]?.original;
            if (!lead) return null;
            return (
              <Row
                key={lead.id}
                lead={lead}
                index={item.index}
                start={item.start}
                fresh={fresh.has(lead.id)}
                selected={selection.has(lead.id)}
                toggle={selection.toggle}
                editing={props.editing?.id === lead.id ? props.editing.column : null}
                focusable={item.index === Math.max(0, props.active)}
                isOpened={props.opened === lead.id}
                columns={columns}
                phone={phone}
                editable={props.editable}
                setEditing={props.setEditing}
                setActive={props.setActive}
                open={props.open}
                save={props.save}
                choices={props.choices}
              />
            );
          })}
        </div>
        {loadingMore && (
          <Group p="sm" justify="center" gap="xs">
            <Loader size="xs" />
            <Text size="sm">{words.loadingMore}</Text>
          </Group>
        )}
      </div>
    </div>
  );
}

function Head({ columns, order, sort, selection, leads }: Props) {
  const every = leads.length > 0 && leads.every((lead) => selection.has(lead.id));
  return (
    <div role="rowgroup" style={{ display: "contents" }}>
      <div className={classes.head} role="row" aria-rowindex={1}>
        <span className={classes.check} role="columnheader">
          <Checkbox
            size="xs"
            aria-label={words.selectAll}
            checked={every}
            indeterminate={!every && selection.count > 0}
            onChange={() => (every ? selection.clear() : selection.selectLoaded())}
          />
        </span>
        {columns.map((column) => {
          const sorted = order?.column === column ? order : null;
          const name = words.columns[column] ?? column;
          return (
            <span key={column} role="columnheader" className={classes.cell} aria-sort={sorted ? (sorted.descending ? "descending" : "ascending") : "none"}>
              {sort && !NOT_SORTED.has(column) ? (
                <UnstyledButton
                  className={classes.sort}
                  aria-label={words.sortBy(name)}
                  onClick={() => sort(!sorted ? { column, descending: column.endsWith("_at") } : sorted.descending === column.endsWith("_at") ? { column, descending: !sorted.descending } : null)}
                >
                  {name}
                  {sorted && (sorted.descending ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
                </UnstyledButton>
              ) : (
                name
              )}
            </span>
          );
        })}
      </div>
    </div>
  );
}

type RowProps = Pick<Props, "columns" | "phone" | "editable" | "setEditing" | "setActive" | "open" | "save" | "choices"> & {
  lead: ListedLead;
  index: number;
  start: number;
  fresh: boolean;
  selected: boolean;
  toggle: LeadSelection["toggle"];
  editing: string | null;
  focusable: boolean;
  isOpened: boolean;
};

const Row = memo(function Row({ lead, index, start, fresh, selected, toggle, editing, focusable, isOpened, columns, phone, editable, setEditing, setActive, open, save, choices }: RowProps) {
  function click(event: MouseEvent) {
    // A control in the row, or in a menu that it opened, has its own meaning.
    if ((event.target as Element).closest("button, input, label, a, [role=menu], [role=dialog]")) return;
    setActive(index);
    if (event.shiftKey) toggle(lead.id, true);
    else open(lead.id);
  }
  const check = (
    <Checkbox size="xs" aria-label={words.selectRow(lead.name)} checked={selected} tabIndex={-1} onChange={() => undefined} onClick={(event) => toggle(lead.id, event.shiftKey)} />
  );
  return (
    // The keys that a row takes are the page's (useShortcuts): Enter opens it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      className={classes.row}
      style={{ transform: `translateY(${start}px)` }}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={words.open(lead.name)}
      tabIndex={focusable ? 0 : -1}
      data-index={index}
      data-lead={lead.id}
      data-fresh={fresh || undefined}
      data-opened={isOpened || undefined}
      onClick={click}
      onFocus={(event) => event.target === event.currentTarget && setActive(index)}
    >
      <span className={classes.check} role="gridcell">
        {check}
      </span>
      {phone ? (
        <Card lead={lead} />
      ) : (
        columns.map((column) => (
          <span key={column} role="gridcell" className={classes.cell} data-cell={column}>
            <Cell
              column={column}
              lead={lead}
              editable={editable && EDITABLE.has(column)}
              editing={editing === column}
              setEditing={(on) => setEditing(on ? { id: lead.id, column } : null)}
              save={(edit) => save(lead, edit)}
              choices={choices}
            />
          </span>
        ))
      )}
    </div>
  );
});

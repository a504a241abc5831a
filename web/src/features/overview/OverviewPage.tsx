import { Anchor, Group, SegmentedControl, Select, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { useLeadStats } from "@/hooks/useLeadStats";
import { API_ORIGIN } from "@/lib/api";
import { change, duration, number, today } from "@/lib/format";
import { timeZone, usePreferences } from "@/lib/preferences";
import { leadsPath } from "@/lib/routes";
import { common } from "@/texts/common";
import { overview as words } from "@/texts/overview";
import { Charts } from "./Charts";
import { Kpi } from "./Kpi";
import { ShortList } from "./ShortList";
import { behind, countChange, type Period, PERIODS, shareChange, shareOf, STEP_FILTERS, timeChange, useTrends } from "./trends";


const HOUR_MS = 3_600_000;
const HOURS: Record<string, number> = { "24h": 24, "7d": 168, "30d": 720 };

/** How it goes: what came, what waits, how fast it was answered, against the time before. */
export function OverviewPage() {
  const [parameters, setParameters] = useSearchParams();
  usePreferences(); // the time zone is one of them
  const zone = timeZone();
  const period = PERIODS.find((one) => one === parameters.get("period")) ?? "30d";
  const { data: stats, error: statsError, mutate: again } = useLeadStats();
  const { data: trends, error, mutate } = useTrends(period, zone);
  const setPeriod = (to: string) =>
    setParameters((before) => {
      const after = new URLSearchParams(before);
      after.set("period", to);
      return after;
    });

  if (stats?.total === 0) return <Empty />;
  return (
    <Stack gap="md">
      <title>{`${common.pages.overview} · ${common.product}`}</title>
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        <Group gap="xs">
          <SegmentedControl aria-label={words.period} size="xs" value={period} onChange={setPeriod} data={PERIODS.map((value) => ({ value, label: words.periods[value] ?? value }))} />
          <ZonePicker zone={zone} />
        </Group>
      </Group>
      {(statsError ?? error) ? (
        <ErrorState
          error={statsError ?? error}
          retry={() => {
            void again();
            void mutate();
          }}
        />
      ) : (
        <>
          <Kpis period={period} zone={zone} />
          {trends ? <Charts trends={trends} /> : <ChartSkeletons />}
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <ShortList title={words.lists.waiting} filters={{ status: "in.(unread)" }} order="created_at.asc" none={words.lists.waitingNone} show="time" />
            <ShortList title={words.lists.due} filters={{ follow_up_date: `lte.${today()}`, status: "not.in.(archived)" }} order="follow_up_date.asc" none={words.lists.dueNone} show="day" />
          </SimpleGrid>
        </>
      )}
    </Stack>
  );
}

function Kpis({ period, zone }: { period: Period; zone: string }) {
  const { data: stats } = useLeadStats();
  const { data: trends } = useTrends(period, zone);
  const totals = trends?.totals;
  const hint = words.change.hint(words.periods[period] ?? period);
  const response = totals?.first_response;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Kpi
        name={words.kpi.leads}
        value={totals ? number(totals.leads.count) : null}
        to={trends ? behind(trends) : leadsPath()}
        hint={hint}
        {...(totals && { change: countChange(totals.leads), series: trends.series.map(({ leads }) => leads) })}
      >
        {stats && <Velocity stats={stats} besides={period} />}
      </Kpi>
      <Kpi name={words.kpi.unread} value={stats ? number(stats.unread) : null} to={leadsPath({ status: "in.(unread)" })}>
        <Text size="xs" c="dimmed">
          {words.kpi.oldest}
        </Text>
      </Kpi>
      <Kpi
        name={words.kpi.answered}
        value={totals ? number(totals.answered.count) : null}
        to={trends ? behind(trends, STEP_FILTERS.contacted) : leadsPath()}
        hint={hint}
        {...(totals && { change: shareChange(totals.conversion), series: trends.series.map(({ answered }) => answered) })}
      >
        {totals && (
          <Text size="xs" c="dimmed">
            {words.kpi.share(shareOf(totals.answered.count, totals.leads.count))}
          </Text>
        )}
      </Kpi>
      <Kpi
        name={words.kpi.response}
        value={totals ? duration(response?.median_seconds ?? null) : null}
        to={trends ? behind(trends, STEP_FILTERS.contacted) : leadsPath()}
        hint={hint}
        {...(response && { change: timeChange(response.median_seconds, response.previous_median_seconds, duration) })}
      >
        {response && (
          <Text size="xs" c="dimmed">
            {response.p90_seconds === null ? words.kpi.noAnswer : words.kpi.slowest(duration(response.p90_seconds))}
          </Text>
        )}
      </Kpi>
    </SimpleGrid>
  );
}

/** The last 24 hours, 7 and 30 days until now, each against those before; not the period that the card itself is about. */
function Velocity({ stats, besides }: { stats: NonNullable<ReturnType<typeof useLeadStats>["data"]>; besides: Period }) {
  return (
    <Text size="xs" c="dimmed" component="div">
      {Object.entries(stats.velocity).filter(([period]) => period !== besides).map(([period, { count, change_percent: by }], place) => (
        <span key={period}>
          {place > 0 && " · "}
          {words.kpi.velocityOf[period] ?? period}:{" "}
          <Anchor component={Link} size="xs" underline="always" to={leadsPath({ created_at: `gt.${hoursAgo(HOURS[period] ?? 0)}` })}>
            {number(count)}
          </Anchor>{" "}
          ({change(by)})
        </span>
      ))}
    </Text>
  );
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * HOUR_MS).toISOString();
}

function ZonePicker({ zone }: { zone: string }) {
  const [, prefer] = usePreferences();
  const zones = useMemo(() => [...new Set([zone, "UTC", ...Intl.supportedValuesOf("timeZone")])], [zone]);
  return <Select aria-label={words.zone} size="xs" w={190} searchable allowDeselect={false} data={zones} value={zone} limit={60} onChange={(to) => to && prefer({ timeZone: to })} />;
}

function ChartSkeletons() {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} role="status" aria-label={common.loading}>
      {Array.from({ length: 4 }, (_, chart) => (
        <Skeleton key={chart} height={330} />
      ))}
    </SimpleGrid>
  );
}

function Empty() {
  return (
    <>
      <title>{`${common.pages.overview} · ${common.product}`}</title>
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <EmptyState icon={IconInbox} title={words.empty.title}>
        <Text c="dimmed">{words.empty.text}</Text>
        <Group justify="center">
          {Object.entries(words.empty.forms).map(([form, label]) => (
            <Anchor key={form} href={`${API_ORIGIN}/forms/${form}`} target="_blank" rel="noopener">
              {label}
            </Anchor>
          ))}
        </Group>
        <Text c="dimmed" size="sm">
          {words.empty.api} <Anchor href={`${API_ORIGIN}/docs`}>{words.empty.docs}</Anchor>
        </Text>
      </EmptyState>
    </>
  );
}

import { SimpleGrid } from "@mantine/core";
import { number } from "@/lib/format";
import { useModule } from "@/lib/useModule";
import { overview as words } from "@/texts/overview";
import { ChartCard } from "./ChartCard";
import classes from "./overview.module.css";
import { behind, shareOf, sourceFilter, STEP_FILTERS, type Trends, waitFilter } from "./trends";

const texts = words.charts;
const MOST_SOURCES = 8;
const DAY_SECONDS = 86_400;

const fetchPlots = () => import("./plots");
// Along with the numbers; what goes wrong with it is said where they are shown.
fetchPlots().catch(() => undefined);
type Props = { trends: Trends; plots: Awaited<ReturnType<typeof fetchPlots>> | null };

/** What is to be read of the trends, at once; it is drawn as soon as what draws has come. */
export function Charts({ trends }: { trends: Trends }) {
  const plots = useModule(fetchPlots);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Velocity trends={trends} plots={plots} />
      <Funnel trends={trends} plots={plots} />
      <Sources trends={trends} plots={plots} />
      <ResponseTimes trends={trends} plots={plots} />
    </SimpleGrid>
  );
}

function Velocity({ trends, plots }: Props) {
  const { series, bucket, time_zone: zone } = trends;
  const data = series.map((one, at) => ({ ...one, name: bucketName(one.at, bucket, zone), until: series[at + 1]?.at ?? trends.until }));
  const busiest = data.reduce<(typeof data)[number] | null>((most, one) => (one.leads > (most?.leads ?? 0) ? one : most), null);
  return (
    <ChartCard
      title={texts.velocity.title}
      summary={texts.velocity.summary(number(trends.totals.leads.count), busiest && `${busiest.name} (${number(busiest.leads)})`)}
      columns={[texts.velocity.when, texts.velocity.now, texts.velocity.before]}
      rows={data.map((one) => ({ name: one.name, values: [{ text: number(one.leads), to: behind({ from: one.at, until: one.until }) }, { text: number(one.previous) }] }))}
    >
      <div className={classes.plot}>{plots && <plots.Curve data={data} />}</div>
    </ChartCard>
  );
}

function Funnel({ trends, plots }: Props) {
  const whole = trends.funnel[0]?.leads ?? 0;
  const data = trends.funnel.map(({ step, leads }) => ({ name: texts.funnel.steps[step] ?? step, leads, to: behind(trends, STEP_FILTERS[step]) }));
  return (
    <ChartCard
      title={texts.funnel.title}
      summary={texts.funnel.summary(shareOf(trends.totals.answered.count, whole))}
      columns={[texts.funnel.step, texts.funnel.leads]}
      rows={data.map(({ name, leads, to }) => ({ name, values: [{ text: number(leads), to }] }))}
    >
      <div className={classes.plot}>{plots && <plots.Bars data={data} />}</div>
    </ChartCard>
  );
}

function Sources({ trends, plots }: Props) {
  const unnamed: Record<string, string> = { direct: texts.sources.direct, unknown: texts.sources.unknown };
  const data = trends.by_source.map(({ source, leads, answered }) => ({
    name: unnamed[source] ?? source,
    leads,
    answered,
    to: behind(trends, sourceFilter(source)),
    toAnswered: behind(trends, [...sourceFilter(source), ...STEP_FILTERS.contacted!]),
  }));
  const [first] = data;
  const named = data.find(({ name }) => !Object.values(unnamed).includes(name)) ?? first;
  return (
    <ChartCard
      title={texts.sources.title}
      summary={named ? texts.sources.summary(named.name, shareOf(named.leads, trends.totals.leads.count)) : ""}
      empty={first ? undefined : texts.sources.none}
      columns={[texts.sources.source, texts.sources.leads, texts.sources.answered]}
      rows={data.map((one) => ({ name: one.name, values: [{ text: number(one.leads), to: one.to }, { text: number(one.answered), to: one.toAnswered }] }))}
    >
      <div className={classes.plot}>{plots && <plots.Bars data={data.slice(0, MOST_SOURCES)} />}</div>
    </ChartCard>
  );
}

function ResponseTimes({ trends, plots }: Props) {
  const answered = trends.response_times.reduce((sum, { leads }) => sum + leads, 0);
  const within = trends.response_times.filter(({ to_seconds: to }) => to !== null && to <= DAY_SECONDS).reduce((sum, { leads }) => sum + leads, 0);
  const data = trends.response_times.map((bar, at) => ({ name: texts.response.buckets[at] ?? "", leads: bar.leads, to: behind(trends, waitFilter(bar)) }));
  return (
    <ChartCard
      title={texts.response.title}
      summary={texts.response.summary(shareOf(within, answered))}
      empty={answered ? undefined : texts.response.none}
      columns={[texts.response.from, texts.response.leads]}
      rows={data.map(({ name, leads, to }) => ({ name, values: [{ text: number(leads), to }] }))}
    >
      <div className={classes.plot}>{plots && <plots.Columns data={data} />}</div>
    </ChartCard>
  );
}

function bucketName(at: string, bucket: Trends["bucket"], timeZone: string): string {
  const shape: Intl.DateTimeFormatOptions =
    bucket === "hour" ? { hour: "2-digit", minute: "2-digit", weekday: "short" }
    : bucket === "month" ? { month: "short", year: "numeric" }
    : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone }).format(new Date(at));
}

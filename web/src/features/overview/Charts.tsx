import { SimpleGrid, useComputedColorScheme } from "@mantine/core";
import { Area, Bar, BarChart, CartesianGrid, Cell, ComposedChart, LabelList, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useNavigate } from "react-router";
import { number } from "@/lib/format";
import { overview as words } from "@/texts/overview";
import { ChartCard } from "./ChartCard";
import classes from "./overview.module.css";
import { behind, shareOf, sourceFilter, STEP_FILTERS, type Trends } from "./trends";

const texts = words.charts;
const MOST_SOURCES = 8;
const DAY_SECONDS = 86_400;

/** Inks that stand out from the ground, and from each other without their colour too (one is dashed, one is light). */
function useInks() {
  const dark = useComputedColorScheme("light") === "dark";
  return dark
    ? { main: "#74b8f7", soft: "#35618c", quiet: "#a6abb1", grid: "#3a3f45", ground: "#25262b", ink: "#e6e8ea" }
    : { main: "#1864ab", soft: "#a5cdf0", quiet: "#6b7278", grid: "#e3e6e9", ground: "#ffffff", ink: "#1b2430" };
}

export function Charts({ trends }: { trends: Trends }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Velocity trends={trends} />
      <Funnel trends={trends} />
      <Sources trends={trends} />
      <ResponseTimes trends={trends} />
    </SimpleGrid>
  );
}

function Velocity({ trends }: { trends: Trends }) {
  const inks = useInks();
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
      <Plot>
        <ComposedChart data={data} margin={{ left: -18, right: 8, top: 8 }} accessibilityLayer>
          <CartesianGrid stroke={inks.grid} vertical={false} />
          <XAxis dataKey="name" stroke={inks.quiet} tickLine={false} minTickGap={24} />
          <YAxis stroke={inks.quiet} tickLine={false} axisLine={false} allowDecimals={false} />
          <Tooltip contentStyle={{ background: inks.ground, border: `1px solid ${inks.grid}`, borderRadius: 8 }} labelStyle={{ color: inks.ink }} itemStyle={{ color: inks.ink }} />
          <Area type="monotone" dataKey="leads" name={texts.velocity.now} stroke={inks.main} strokeWidth={2} fill={inks.soft} fillOpacity={0.35} isAnimationActive={false} />
          <Line type="monotone" dataKey="previous" name={texts.velocity.before} stroke={inks.quiet} strokeDasharray="4 4" dot={false} isAnimationActive={false} />
        </ComposedChart>
      </Plot>
    </ChartCard>
  );
}

function Funnel({ trends }: { trends: Trends }) {
  const whole = trends.funnel[0]?.leads ?? 0;
  const data = trends.funnel.map(({ step, leads }) => ({ name: texts.funnel.steps[step] ?? step, leads, to: behind(trends, STEP_FILTERS[step]) }));
  return (
    <ChartCard
      title={texts.funnel.title}
      summary={texts.funnel.summary(shareOf(trends.totals.answered.count, whole))}
      columns={[texts.funnel.step, texts.funnel.leads]}
      rows={data.map(({ name, leads, to }) => ({ name, values: [{ text: number(leads), to }] }))}
    >
      <Bars data={data} />
    </ChartCard>
  );
}

function Sources({ trends }: { trends: Trends }) {
  const data = trends.by_source.map(({ source, leads, answered }) => ({
    name: source === "unknown" ? texts.sources.unknown : source,
    leads,
    answered,
    to: behind(trends, sourceFilter(source)),
    toAnswered: behind(trends, [...sourceFilter(source), ...STEP_FILTERS.contacted!]),
  }));
  const [first] = data;
  const named = data.find(({ name }) => name !== texts.sources.unknown) ?? first;
  return (
    <ChartCard
      title={texts.sources.title}
      summary={named ? texts.sources.summary(named.name, shareOf(named.leads, trends.totals.leads.count)) : ""}
      empty={first ? undefined : texts.sources.none}
      columns={[texts.sources.source, texts.sources.leads, texts.sources.answered]}
      rows={data.map((one) => ({ name: one.name, values: [{ text: number(one.leads), to: one.to }, { text: number(one.answered), to: one.toAnswered }] }))}
    >
      <Bars data={data.slice(0, MOST_SOURCES)} />
    </ChartCard>
  );
}

function ResponseTimes({ trends }: { trends: Trends }) {
  const inks = useInks();
  const answered = trends.response_times.reduce((sum, { leads }) => sum + leads, 0);
  const within = trends.response_times.filter(({ to_seconds: to }) => to !== null && to <= DAY_SECONDS).reduce((sum, { leads }) => sum + leads, 0);
  const data = trends.response_times.map(({ leads }, at) => ({ name: texts.response.buckets[at] ?? "", leads }));
  return (
    <ChartCard
      title={texts.response.title}
      summary={texts.response.summary(shareOf(within, answered))}
      empty={answered ? undefined : texts.response.none}
      columns={[texts.response.from, texts.response.leads]}
      rows={data.map(({ name, leads }) => ({ name, values: [{ text: number(leads) }] }))}
    >
      <Plot>
        <BarChart data={data} margin={{ left: -18, right: 8, top: 20 }} accessibilityLayer>
          <XAxis dataKey="name" stroke={inks.quiet} tickLine={false} interval={0} />
          <YAxis stroke={inks.quiet} tickLine={false} axisLine={false} allowDecimals={false} />
          <Bar dataKey="leads" name={texts.response.leads} fill={inks.main} radius={4} isAnimationActive={false}>
            <LabelList dataKey="leads" position="top" fill={inks.ink} />
          </Bar>
        </BarChart>
      </Plot>
    </ChartCard>
  );
}

/** Lying bars with their names and numbers, each the way to the leads behind it. */
function Bars({ data }: { data: { name: string; leads: number; to: string }[] }) {
  const inks = useInks();
  const navigate = useNavigate();
  return (
    <Plot>
      <BarChart data={data} layout="vertical" margin={{ left: 8, right: 44, top: 4, bottom: 4 }} accessibilityLayer>
        <XAxis type="number" hide />
        <YAxis type="category" dataKey="name" stroke={inks.quiet} tickLine={false} axisLine={false} width={104} />
        <Bar dataKey="leads" radius={4} isAnimationActive={false} cursor="pointer" onClick={(_, at) => void navigate(data[at]!.to)}>
          {data.map(({ name }) => (
            <Cell key={name} fill={inks.main} />
          ))}
          <LabelList dataKey="leads" position="right" fill={inks.ink} />
        </Bar>
      </BarChart>
    </Plot>
  );
}

function Plot({ children }: { children: React.ReactElement }) {
  return (
    <div className={classes.plot}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height: 220 }}>
        {children}
      </ResponsiveContainer>
    </div>
  );
}

function bucketName(at: string, bucket: Trends["bucket"], timeZone: string): string {
  const shape: Intl.DateTimeFormatOptions =
    bucket === "hour" ? { hour: "2-digit", minute: "2-digit", weekday: "short" }
    : bucket === "month" ? { month: "short", year: "numeric" }
    : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone }).format(new Date(at));
}

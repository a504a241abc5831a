import { useComputedColorScheme } from "@mantine/core";
import { Area, Bar, BarChart, CartesianGrid, Cell, ComposedChart, LabelList, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useNavigate } from "react-router";
import { overview as words } from "@/texts/overview";

const texts = words.charts;

/** Inks that stand out from the ground, and from each other without their colour too (one is dashed, one is light). */
function useInks() {
  const dark = useComputedColorScheme("light") === "dark";
  return dark
    ? { main: "#74b8f7", soft: "#35618c", quiet: "#a6abb1", grid: "#3a3f45", ground: "#25262b", ink: "#e6e8ea" }
    : { main: "#1864ab", soft: "#a5cdf0", quiet: "#6b7278", grid: "#e3e6e9", ground: "#ffffff", ink: "#1b2430" };
}

/** Leads over time, and those of the time before as a dashed line. */
export function Curve({ data }: { data: { name: string; leads: number; previous: number }[] }) {
  const inks = useInks();
  return (
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
  );
}

/** Standing bars with their names and numbers, each the way to the leads behind it. */
export function Columns({ data }: { data: { name: string; leads: number; to: string }[] }) {
  const inks = useInks();
  const navigate = useNavigate();
  return (
    <Plot>
      <BarChart data={data} margin={{ left: -18, right: 8, top: 20 }} accessibilityLayer>
        <XAxis dataKey="name" stroke={inks.quiet} tickLine={false} interval={0} />
        <YAxis stroke={inks.quiet} tickLine={false} axisLine={false} allowDecimals={false} />
        <Bar dataKey="leads" name={texts.response.leads} fill={inks.main} radius={4} isAnimationActive={false} cursor="pointer" onClick={(_, at) => void navigate(data[at]!.to)}>
          <LabelList dataKey="leads" position="top" fill={inks.ink} />
        </Bar>
      </BarChart>
    </Plot>
  );
}

/** Lying bars with their names and numbers, each the way to the leads behind it. */
export function Bars({ data }: { data: { name: string; leads: number; to: string }[] }) {
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
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height: 220 }}>
      {children}
    </ResponsiveContainer>
  );
}

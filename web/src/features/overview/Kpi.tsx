import { Anchor, Card, Group, Skeleton, Text, Tooltip } from "@mantine/core";
import { IconTrendingDown, IconTrendingUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./overview.module.css";
import type { Change } from "./trends";

type Props = { name: string; value: string | null; to: string; change?: Change; hint?: string; series?: number[]; children?: ReactNode };

/** A number, what it was before in words, and the way to the leads behind it. */
export function Kpi({ name, value, to, change, hint, series, children }: Props) {
  const Arrow = change?.arrow === "up" ? IconTrendingUp : IconTrendingDown;
  return (
    <Card withBorder padding="md" className={classes.kpi ?? ""} component="section" aria-label={name}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      {value === null ? (
        <Skeleton height={32} width={90} my={6} />
      ) : (
        <Group justify="space-between" align="end" wrap="nowrap" gap="xs">
          <Anchor component={Link} to={to} className={`${classes.value} numbers`} underline="hover" c="inherit">
            {value}
          </Anchor>
          {series && <Sparkline values={series} />}
        </Group>
      )}
      {change && (
        <Tooltip label={hint} disabled={!hint}>
          <Text size="xs" className={classes.change} data-direction={change.direction}>
            {change.arrow && <Arrow size={14} aria-hidden />}
            {change.text}
          </Text>
        </Tooltip>
      )}
      {children}
    </Card>
  );
}

const WIDTH = 92;
const HEIGHT = 28;

/** How it went, without numbers: those are in the chart below. */
function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(1, ...values);
  const points = values.map((value, at) => `${((at / Math.max(1, values.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 3)).toFixed(1)}`);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden>
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

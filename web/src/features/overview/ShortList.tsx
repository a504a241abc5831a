import { Anchor, Card, Group, Skeleton, Text, Title } from "@mantine/core";
import { Link, useLocation } from "react-router";
import useSWR from "swr";
import { Time } from "@/components/Time";
import { day, number } from "@/lib/format";
import { OPEN_LEAD } from "@/lib/order";
import { leadsPath } from "@/lib/routes";
import type { LeadPage } from "@/lib/types";
import { common } from "@/texts/common";
import { overview as words } from "@/texts/overview";
import classes from "./overview.module.css";

const MOST = 5;

/** The first few leads of a filter, and the way to all of them. */
export function ShortList({ title, filters, order, none, show }: { title: string; filters: Record<string, string>; order: string; none: string; show: "day" | "time" }) {
  const { data } = useSWR<LeadPage>(`/admin/leads?${new URLSearchParams({ ...filters, order, limit: String(MOST) })}`);
  const { search } = useLocation();
  const beside = (id: number) => {
    const parameters = new URLSearchParams(search);
    parameters.set(OPEN_LEAD, String(id));
    return `?${parameters}`;
  };
  return (
    <Card withBorder padding="md" component="section" aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {title}
        </Title>
        {data && data.total > 0 && (
          <Anchor component={Link} to={leadsPath({ ...filters, order })} size="sm">
            {words.lists.all} ({number(data.total)})
          </Anchor>
        )}
      </Group>
      {!data && <Skeleton height={120} mt="sm" />}
      {data?.total === 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {none}
        </Text>
      )}
      <ul className={classes.list}>
        {data?.data.map((lead) => (
          <li key={lead.id}>
            <Anchor component={Link} to={beside(lead.id)} size="sm" truncate>
              {lead.name} · {lead.subject ?? common.type[lead.lead_type]}
            </Anchor>
            <Text span size="sm" c="dimmed" style={{ flex: "none" }}>
              {show === "time" ? <Time at={lead.created_at} /> : lead.follow_up_date && day(lead.follow_up_date)}
            </Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}

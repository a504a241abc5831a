import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation, useSearchParams } from "react-router";
import useSWR from "swr";
import { StatusBadge } from "@/components/badges";
import { Time } from "@/components/Time";
import { number } from "@/lib/format";
import { OPEN_LEAD } from "@/lib/order";
import { leadPath, leadsPath } from "@/lib/routes";
import type { Lead, LeadPage } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";

/** What else came from the same address. */
export function Others({ lead }: { lead: Lead }) {
  const query = new URLSearchParams({ email: `eq.${lead.email}`, id: `neq.${lead.id}`, limit: "5" }).toString();
  const { data } = useSWR<LeadPage>(`/admin/leads?${query}`, { refreshInterval: 0 });
  const { pathname } = useLocation();
  const [parameters] = useSearchParams();
  // On the lead's page to another page; beside a table, which stays as it is, in the same place.
  const to = (id: number) => {
    if (pathname === leadPath(lead.id)) return leadPath(id);
    const beside = new URLSearchParams(parameters);
    beside.set(OPEN_LEAD, String(id));
    return `?${beside}`;
  };
  if (!data?.total) return null;
  return (
    <Stack gap="xs" component="section" aria-label={words.others.title(number(data.total))}>
      <Title order={2} size="h5">
        {words.others.title(number(data.total))}
      </Title>
      {data.data.map((other) => (
        <Text key={other.id} size="sm" component="div">
          <Anchor component={Link} to={to(other.id)} size="sm">
            {other.subject ?? common.type[other.lead_type]}
          </Anchor>{" "}
          <StatusBadge status={other.status} /> <Time at={other.created_at} />
        </Text>
      ))}
      {data.total > data.data.length && (
        <Anchor component={Link} size="sm" to={leadsPath({ email: `eq.${lead.email}` })}>
          {words.others.all}
        </Anchor>
      )}
    </Stack>
  );
}

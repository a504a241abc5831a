import { Anchor, Group, Skeleton, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import useSWR from "swr";
import { sentence } from "@/components/ErrorState";
import { API_ORIGIN } from "@/lib/api";
import { account } from "@/texts/account";
import { Card } from "./Card";

const words = account.settings;

/** Whether the service can do its work, for whoever looks after it, and where to read on. */
export function ServiceCard() {
  const { data, error, isLoading } = useSWR<{ ready: true }>("/readyz");
  return (
    <Card title={words.service}>
      <div role="status">
        {isLoading && !data && !error ? (
          <Skeleton h={22} w={280} />
        ) : (
          <Group gap="xs" wrap="nowrap">
            {error ? <IconAlertTriangle size={18} aria-hidden color="var(--mantine-color-orange-6)" /> : <IconCircleCheck size={18} aria-hidden color="var(--mantine-color-teal-6)" />}
            <Text size="sm">{error ? `${words.notReady}: ${sentence(error)}` : words.ready}</Text>
          </Group>
        )}
      </div>
      <Group gap="lg">
        <Anchor size="sm" href={`${API_ORIGIN}/docs`}>
          {words.docs}
        </Anchor>
        <Anchor size="sm" href={`${API_ORIGIN}/openapi.json`}>
          {words.contract}
        </Anchor>
      </Group>
      <Text size="sm" c="dimmed">
        {words.metrics}
      </Text>
    </Card>
  );
}

import { Button, Stack, Text, Timeline, Title } from "@mantine/core";
import { useEffect } from "react";
import useSWRInfinite from "swr/infinite";
import { ErrorState } from "@/components/ErrorState";
import { Time } from "@/components/Time";
import { inboxChanges } from "@/lib/changes";
import { date } from "@/lib/format";
import { leadKey } from "@/lib/keys";
import type { Answer } from "@/lib/types";
import { lead as words } from "@/texts/lead";
import { fieldName, shown } from "./values";

type Page = Answer<"leadHistory">;

/** What was done to a lead, as a story by days, oldest first. */
export function History({ id }: { id: number }) {
  const { data, error, size, setSize, mutate } = useSWRInfinite<Page, unknown>(
    (page, before: Page | null) => (before && !before.next ? null : `${leadKey(id)}/history?limit=200${page ? `&cursor=${encodeURIComponent(before?.next ?? "")}` : ""}`),
    { revalidateFirstPage: false, refreshInterval: 0 },
  );
  useEffect(() => inboxChanges.subscribe(() => void mutate()), [mutate]);
  const days = byDay(data?.flatMap((page) => page.data) ?? []);
  return (
    <Stack gap="xs" component="section" aria-label={words.history.title}>
      <Title order={2} size="h5">
        {words.history.title}
      </Title>
      {error ? <ErrorState error={error} retry={() => void mutate()} /> : null}
      {days.map(({ day, entries }) => (
        <Stack key={day} gap={6}>
          <Text size="xs" fw={600}>
            {day}
          </Text>
          <Timeline bulletSize={12} lineWidth={2} active={entries.length}>
            {entries.map((entry, place) => (
              <Timeline.Item key={`${entry.at}-${place}`}>
                <Entry entry={entry} />
              </Timeline.Item>
            ))}
          </Timeline>
        </Stack>
      ))}
      {data?.at(-1)?.next && (
        <Button size="xs" variant="subtle" onClick={() => void setSize(size + 1)}>
          {words.history.more}
        </Button>
      )}
    </Stack>
  );
}

/** In the order in which they come: a day is where the person is. */
function byDay(entries: Page["data"]): { day: string; entries: Page["data"] }[] {
  const days: { day: string; entries: Page["data"] }[] = [];
  for (const entry of entries) {
    const day = date(entry.at);
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

function Entry({ entry }: { entry: Page["data"][number] }) {
  return (
    <>
      <Text size="sm" className="written">
        {entry.summary}
      </Text>
      {entry.action === "changed" &&
        entry.changes.map((change) => (
          <Text key={change.field} size="xs" c="dimmed" className="written" lineClamp={4}>
            {fieldName(change.field)}: {shown(change.field, change.before)} → {shown(change.field, change.after)}
          </Text>
        ))}
      <Text size="xs" c="dimmed">
        <Time at={entry.at} />
      </Text>
    </>
  );
}

import { Button, Group, NumberInput, Select, SimpleGrid, Stack, TagsInput, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import useSWR from "swr";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import { today } from "@/lib/format";
import { CHOICES } from "@/lib/keys";
import type { Answer, Lead, LeadPriority } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { useEdit } from "./useEdit";
import { MOVES } from "./values";

const PRIORITIES = Object.entries(common.priority).map(([value, label]) => ({ value, label }));

/** What the team decides of a lead: each field is saved as it is changed. */
export function Handling({ lead, editable }: { lead: Lead; editable: boolean }) {
  const { data: choices } = useSWR<Answer<"leadChoices">>(CHOICES);
  const edit = useEdit(lead);
  const people = [...new Set([...(choices?.assignees ?? []), ...(lead.assignee ? [lead.assignee] : [])])];
  const due = lead.follow_up_date && lead.status !== "archived" ? (lead.follow_up_date < today() ? words.handle.overdue : lead.follow_up_date === today() ? words.handle.due : "") : "";
  return (
    <Stack gap="sm" component="section" aria-label={words.handle.title}>
      <Title order={2} size="h5">
        {words.handle.title}
      </Title>
      <Group gap="sm">
        <StatusBadge status={lead.status} />
        {editable && (
          <Group gap={6} role="group" aria-label={words.handle.moveTo}>
            {MOVES[lead.status].map((status) => (
              <Button key={status} size="compact-sm" variant="default" onClick={() => void edit({ status })}>
                {common.status[status]}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      {!editable && <PriorityBadge priority={lead.priority} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {editable && (
          <Select label={words.handle.priority} data={PRIORITIES} value={lead.priority} allowDeselect={false} onChange={(priority) => priority && void edit({ priority: priority as LeadPriority })} />
        )}
        <Select
          label={words.handle.assignee}
          data={people}
          value={lead.assignee}
          placeholder={words.handle.nobody}
          clearable
          searchable
          disabled={!editable}
          clearButtonProps={{ "aria-label": words.handle.nobody }}
          onChange={(assignee) => void edit({ assignee })}
        />
        <Saved
          key={`day-${lead.follow_up_date}`}
          type="date"
          label={words.handle.followUp}
          description={due}
          value={lead.follow_up_date ?? ""}
          disabled={!editable}
          save={(day) => void edit({ follow_up_date: day || null })}
        />
        <Score key={`score-${lead.quality_score}`} value={lead.quality_score} disabled={!editable} save={(quality_score) => void edit({ quality_score })} />
      </SimpleGrid>
      <TagsInput label={words.handle.tags} data={choices?.tags ?? []} value={lead.tags} disabled={!editable} maxTags={50} onChange={(tags) => void edit({ tags })} />
    </Stack>
  );
}

type SavedProps = { type: "date"; label: string; description: string; value: string; disabled: boolean; save: (value: string) => void };

/** Saved when one leaves it, not with each key. */
function Saved({ type, label, description, value, disabled, save }: SavedProps) {
  const [typed, setTyped] = useState(value);
  return (
    <TextInput
      type={type}
      label={label}
      value={typed}
      disabled={disabled}
      rightSectionWidth={80}
      rightSection={description ? <Text size="xs" fw={600} c="var(--mantine-color-red-text)">{description}</Text> : null}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => typed !== value && save(typed)}
    />
  );
}

function Score({ value, disabled, save }: { value: number | null; disabled: boolean; save: (value: number | null) => void }) {
  const [typed, setTyped] = useState<number | string>(value ?? "");
  const meant = typed === "" ? null : Number(typed);
  return <NumberInput label={words.handle.score} min={0} max={100} clampBehavior="strict" allowDecimal={false} value={typed} disabled={disabled} onChange={setTyped} onBlur={() => meant !== value && save(meant)} />;
}

import { Button, Group, NumberInput, Select, SimpleGrid, Stack, TagsInput, Text, TextInput, Title } from "@mantine/core";
import type { KeyboardEvent } from "react";
import useSWR from "swr";
import { PriorityBadge, StatusBadge } from "@/components/badges";
import type { LeadEdit } from "@/lib/api";
import { today } from "@/lib/format";
import { CHOICES } from "@/lib/keys";
import { MOVES } from "@/lib/lifecycle";
import type { Answer, Lead, LeadPriority } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import classes from "./lead.module.css";
import { useEdit } from "./useEdit";
import { useTyped } from "./useTyped";

const PRIORITIES = Object.entries(common.priority).map(([value, label]) => ({ value, label }));

type Props = { lead: Lead; editable: boolean };
type FieldProps = Props & { save: (change: LeadEdit) => void };

/** What the team decides of a lead: each field is saved as it is changed. */
export function Handling({ lead, editable }: Props) {
  const { data: choices } = useSWR<Answer<"leadChoices">>(CHOICES);
  const edit = useEdit();
  const save = (change: LeadEdit) => void edit(lead, change);
  const people = [...new Set([...(choices?.assignees ?? []), ...(lead.assignee ? [lead.assignee] : [])])];
  return (
    <Stack gap="sm" component="section" aria-label={words.handle.title}>
      <Title order={2} size="h5">
        {words.handle.title}
      </Title>
      <Group gap="sm">
        <StatusBadge status={lead.status} />
        {editable && (
          <Group gap={6} role="group" aria-label={words.handle.moveTo} className={classes.main ?? ""}>
            {MOVES[lead.status].map((status) => (
              <Button key={status} size="compact-sm" variant="default" onClick={() => save({ status })}>
                {common.status[status]}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      {!editable && <PriorityBadge priority={lead.priority} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {editable && (
          <Select label={words.handle.priority} data={PRIORITIES} value={lead.priority} allowDeselect={false} onChange={(priority) => priority && save({ priority: priority as LeadPriority })} />
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
          onChange={(assignee) => save({ assignee })}
        />
        <FollowUp lead={lead} editable={editable} save={save} />
        <Score lead={lead} editable={editable} save={save} />
      </SimpleGrid>
      <TagsInput label={words.handle.tags} data={choices?.tags ?? []} value={lead.tags} disabled={!editable} maxTags={50} onChange={(tags) => save({ tags })} />
    </Stack>
  );
}

function FollowUp({ lead, editable, save }: FieldProps) {
  const field = useTyped(lead.follow_up_date ?? "", (day) => save({ follow_up_date: day || null }));
  return (
    <TextInput
      type="date"
      label={words.handle.followUp}
      description={<Due lead={lead} />}
      inputWrapperOrder={["label", "input", "description", "error"]}
      value={field.value}
      disabled={!editable}
      onChange={(event) => field.type(event.currentTarget.value)}
      onBlur={field.leave}
      onKeyDown={leaveOnEnter}
    />
  );
}

function Due({ lead: { follow_up_date: day, status } }: { lead: Lead }) {
  if (!day || status === "archived" || day > today()) return null;
  return (
    <Text span size="xs" fw={600} c="var(--mantine-color-error)">
      {day < today() ? words.handle.overdue : words.handle.due}
    </Text>
  );
}

function Score({ lead, editable, save }: FieldProps) {
  const field = useTyped<number | string>(lead.quality_score ?? "", (score) => save({ quality_score: score === "" ? null : Number(score) }));
  return (
    <NumberInput
      label={words.handle.score}
      min={0}
      max={100}
      clampBehavior="strict"
      allowDecimal={false}
      value={field.value}
      disabled={!editable}
      onChange={field.type}
      onBlur={field.leave}
      onKeyDown={leaveOnEnter}
    />
  );
}

function leaveOnEnter(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter") event.currentTarget.blur();
}

import { Button, Group, NumberInput, Popover, Stack, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, type ReactElement, useState } from "react";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import type { CellProps } from "./cells";

type Props = CellProps & { column: "follow_up_date" | "quality_score" | "tags"; children: ReactElement };

/** Something typed: a day, a score, tags. Saved by Enter or the button, dropped by Escape. */
export function Write({ column, lead, setEditing, save, choices, children }: Props) {
  const [date, setDate] = useState(lead.follow_up_date ?? "");
  const [score, setScore] = useState<number | string>(lead.quality_score ?? "");
  const [tags, setTags] = useState<string[]>(lead.tags);
  const label = words.columns[column]!;
  function submit(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    setEditing(false);
    if (column === "tags") save({ tags });
    else if (column === "quality_score") save({ quality_score: score === "" ? null : Number(score) });
    else save({ follow_up_date: date || null });
  }
  return (
    <Popover opened onChange={(on) => on || setEditing(false)} position="bottom-start" trapFocus returnFocus withinPortal withRoles={false}>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={label}>
        <form onSubmit={submit}>
          <Stack gap="xs" miw={220}>
            {column === "tags" && <TagsInput label={label} data={choices?.tags ?? []} value={tags} onChange={setTags} maxTags={50} comboboxProps={{ withinPortal: false, position: "top", middlewares: { flip: false, shift: true } }} data-autofocus />}
            {column === "quality_score" && <NumberInput label={label} min={0} max={100} clampBehavior="strict" allowDecimal={false} value={score} onChange={setScore} data-autofocus />}
            {column === "follow_up_date" && <TextInput type="date" label={label} value={date} onChange={(event) => setDate(event.currentTarget.value)} data-autofocus />}
            <Group justify="end">
              <Button type="button" variant="subtle" size="xs" onClick={() => setEditing(false)}>
                {common.cancel}
              </Button>
              <Button type="submit" size="xs">
                {common.save}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { listed } from "@/lib/order";
import { usePreferences } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { lead as words } from "@/texts/lead";

/** To the lead before and after, in the order of the table that one came from. Keys: k and j. */
export function Neighbours({ id, go }: { id: number; go: (id: number) => void }) {
  const ids = useStore(listed);
  const [{ shortcuts }] = usePreferences();
  const at = ids.indexOf(id);
  const before = ids[at - 1];
  const after = at < 0 ? undefined : ids[at + 1];
  const to = (one: number | undefined) => one !== undefined && go(one);
  useHotkeys(
    shortcuts
      ? [
          ["j", () => to(after)],
          ["k", () => to(at > 0 ? before : undefined)],
        ]
      : [],
  );
  if (at < 0) return null;
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label={words.previous}>
        <ActionIcon variant="subtle" color="gray" aria-label={words.previous} disabled={at === 0} onClick={() => to(before)}>
          <IconChevronUp size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Text size="xs" c="dimmed" className="numbers">
        {words.place(at + 1, ids.length)}
      </Text>
      <Tooltip label={words.next}>
        <ActionIcon variant="subtle" color="gray" aria-label={words.next} disabled={after === undefined} onClick={() => to(after)}>
          <IconChevronDown size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

import { Button, Group, Text } from "@mantine/core";
import { common } from "@/texts/common";

/** What was done, and the way back. */
export function UndoToast({ text, undo }: { text: string; undo: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{text}</Text>
      <Button size="compact-sm" variant="light" onClick={undo}>
        {common.undo}
      </Button>
    </Group>
  );
}

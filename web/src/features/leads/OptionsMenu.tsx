import { ActionIcon, Button, Checkbox, Group, Popover, SegmentedControl, Stack, Text, Tooltip } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import { leads as words } from "@/texts/leads";
import { DEFAULT_COLUMNS, type View } from "./useView";

const CHOOSABLE = Object.keys(words.columns).filter((column) => column !== "deleted_at");

/** Which columns are shown, and how close together. */
export function OptionsMenu({ view }: { view: View }) {
  const toggle = (column: string) => {
    const wanted = view.columns.includes(column) ? view.columns.filter((one) => one !== column) : [...view.columns, column];
    view.setColumns(wanted.length ? wanted : ["name"]);
  };
  return (
    <Popover position="bottom-end" withinPortal trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <Tooltip label={words.options.label}>
          <ActionIcon variant="default" size="lg" aria-label={words.options.label}>
            <IconColumns size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={words.options.label} mah={480} style={{ overflowY: "auto" }}>
        <Stack gap="xs">
          <Text size="sm" fw={600}>
            {words.options.density}
          </Text>
          <SegmentedControl
            size="xs"
            value={view.density}
            onChange={(density) => view.setDensity(density as "comfortable" | "compact")}
            data={[
              { value: "comfortable", label: words.options.comfortable },
              { value: "compact", label: words.options.compact },
            ]}
          />
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {words.options.columns}
            </Text>
            {view.columns !== DEFAULT_COLUMNS && (
              <Button size="compact-xs" variant="subtle" onClick={() => view.setColumns(null)}>
                {words.options.reset}
              </Button>
            )}
          </Group>
          {CHOOSABLE.map((column) => (
            <Checkbox key={column} size="sm" label={words.columns[column]} checked={view.columns.includes(column)} onChange={() => toggle(column)} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

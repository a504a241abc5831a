import { ActionIcon, Code, CopyButton, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { session as words } from "@/texts/session";

/** Something to be kept elsewhere, shown to be read, marked and copied. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code block flex={1} fz="sm" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {value}
        </Code>
        <CopyButton value={value} timeout={2000}>
          {({ copied, copy }) =>
            // Only a secure context has a clipboard; elsewhere it is marked by hand.
            "clipboard" in navigator && (
              <Tooltip label={copied ? words.copied : words.copy}>
                <ActionIcon variant="default" size="lg" onClick={copy} aria-label={`${copied ? words.copied : words.copy}: ${label}`}>
                  {copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )
          }
        </CopyButton>
      </Group>
    </Stack>
  );
}

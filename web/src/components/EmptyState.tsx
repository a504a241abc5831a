import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** What stands where nothing is yet: what would be here, and how it comes. */
export function EmptyState({ icon: Shape, title, children }: { icon: Icon; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon size={48} radius="xl" variant="light">
        <Shape aria-hidden />
      </ThemeIcon>
      <Title order={2} size="h4">
        {title}
      </Title>
      {typeof children === "string" ? <Text c="dimmed">{children}</Text> : children}
    </Stack>
  );
}

import { Group, Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One matter of a page, under its heading. */
export function Card({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" aria-label={title} withBorder p={{ base: "md", sm: "lg" }} radius="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {aside}
      </Group>
      <Stack>{children}</Stack>
    </Paper>
  );
}

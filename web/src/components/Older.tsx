import { Button, Center, Text } from "@mantine/core";
import { common as words } from "@/texts/common";

/** Goes on into the past, or says that there is no more of it. */
export function Older({ hasMore, loading, load }: { hasMore: boolean; loading: boolean; load: () => void }) {
  return (
    <Center py="sm">
      {hasMore ? (
        <Button variant="default" loading={loading} onClick={load}>
          {words.older}
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          {words.end}
        </Text>
      )}
    </Center>
  );
}

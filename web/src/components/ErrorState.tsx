import { Alert, Button, Code, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconLock, IconPlugX, IconZoomQuestion } from "@tabler/icons-react";
import { Problem } from "@/lib/problem";
import { common } from "@/texts/common";

const words = common.problem;

/** What stands in place of something that could not be read: why, and what can be done. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, text, icon: Icon, again } = explain(error);
  return (
    <Alert role="alert" color={again ? "orange" : "gray"} title={title} icon={<Icon aria-hidden />} my="md">
      <Text size="sm">{text}</Text>
      {error instanceof Problem && error.status >= 500 && error.requestId && (
        <Code mt="xs">{words.requestId(error.requestId)}</Code>
      )}
      {again && retry && (
        <Group mt="sm">
          <Button size="xs" variant="light" onClick={retry}>
            {common.retry}
          </Button>
        </Group>
      )}
    </Alert>
  );
}

/** A sentence for a toast. */
export function sentence(error: unknown): string {
  const { title, text } = explain(error);
  return text || title;
}

function explain(error: unknown) {
  if (!(error instanceof Problem)) return { title: words.unknown, text: String(error), icon: IconAlertTriangle, again: true };
  if (error.status === 0) return { title: words.offline, text: words.offlineText, icon: IconPlugX, again: true };
  if (error.status === 403) return { title: words.forbidden, text: error.message || words.forbiddenText, icon: IconLock, again: false };
  if (error.status === 404) return { title: words.notFound, text: error.message || words.notFoundText, icon: IconZoomQuestion, again: false };
  if (error.status === 429) return { title: words.limited(error.retryAfter ?? 1), text: error.message, icon: IconPlugX, again: true };
  if (error.status === 503) return { title: words.unavailable, text: error.message || words.unavailableText, icon: IconPlugX, again: true };
  return { title: words.unknown, text: error.message, icon: IconAlertTriangle, again: error.status >= 500 };
}

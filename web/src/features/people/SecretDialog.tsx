import { Button, Modal, Stack, Text } from "@mantine/core";
import { Secret } from "@/components/Secret";
import { people } from "@/texts/people";

/** Something that the service won't tell again. */
export type Shown = { title: string; secrets: { label: string; value: string }[]; note?: string };

/** Shows it this once. It goes by one's word alone, not by a click beside. */
export function SecretDialog({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={shown.title} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false}>
      <Stack>
        {shown.secrets.map((secret) => (
          <Secret key={secret.label} {...secret} />
        ))}
        <Text size="sm">
          {shown.note} {people.once}
        </Text>
        <Button onClick={onClose} data-autofocus>
          {people.handedOver}
        </Button>
      </Stack>
    </Modal>
  );
}

import { Alert, Button, Group, Text } from "@mantine/core";
import { IconMailOff } from "@tabler/icons-react";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { MAIL } from "@/lib/keys";
import { tell } from "@/lib/toast";
import type { Mail } from "@/lib/types";
import { mail as words } from "@/texts/mail";
import { ErrorState } from "./ErrorState";

/** Why an address gets no automatic answers any more, and the way back. */
export function MailStopped({ mail, editable, changed }: { mail: Mail; editable: boolean; changed: () => void }) {
  const { busy, error, submit } = useSubmit();
  if (!mail.stopped || !mail.recipient) return null;
  const email = mail.recipient;
  const allow = () =>
    submit(async () => {
      await adminAPI.send("POST", `${MAIL}/allow`, { email });
      tell(words.allowed);
      changed();
    });
  return (
    <Alert color="orange" variant="light" icon={<IconMailOff aria-hidden />} p="sm">
      <Text size="sm">{words.stopped[mail.stopped]}</Text>
      {editable && (
        <Group mt="xs">
          <Button size="xs" variant="default" loading={busy} onClick={() => void allow()}>
            {words.allow}
          </Button>
        </Group>
      )}
      {Boolean(error) && <ErrorState error={error} />}
    </Alert>
  );
}

import { Button, Divider, Modal, Stack, Text } from "@mantine/core";
import { end } from "@/lib/session";
import { session as words } from "@/texts/session";
import { LoginForm } from "./LoginForm";

// Above the dialogues and menus of the page beneath, which stay as they are.
const ABOVE_ALL = 900;

/**
 * Stands over whatever was there when the token was no longer taken. The requests that met it wait, and go on once the same person
 * has logged in; closing it would leave them waiting, so the only other way out is somebody else's login.
 */
export function LoginAgain({ username }: { username: string }) {
  return (
    <Modal
      opened
      onClose={() => undefined}
      title={words.again.title}
      zIndex={ABOVE_ALL}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      overlayProps={{ backgroundOpacity: 0.5, blur: 3 }}
    >
      <Stack>
        <Text>{words.again.text(username)}</Text>
        <LoginForm username={username} fixed />
        <Divider />
        <Button variant="subtle" color="gray" onClick={end}>
          {words.another}
        </Button>
      </Stack>
    </Modal>
  );
}

import { Button, Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useSubmit } from "@/hooks/useSubmit";
import { common } from "@/texts/common";
import { Form } from "./Form";

type Props = {
  title: string;
  /** What the button says: what will be done. */
  action: string;
  danger?: boolean;
  disabled?: boolean;
  run: () => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
};

/** Asks before something is done, with what hangs on it. Stays open, and says why, when it fails. */
export function Confirm({ title, action, danger = false, disabled = false, run, onClose, children }: Props) {
  const { busy, error, submit } = useSubmit();
  return (
    <Modal opened onClose={onClose} title={title}>
      <Form error={error} onSubmit={() => void submit(async () => (await run(), onClose()))}>
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={disabled} {...(danger && { color: "red" })}>
            {action}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

import { Badge, Button, Group, Modal, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { tell } from "@/lib/toast";
import type { User } from "@/lib/types";
import { account } from "@/texts/account";
import { common } from "@/texts/common";
import { Card } from "./Card";
import { OwnPassword } from "./OwnPassword";
import { SecondFactorSetup } from "./SecondFactorSetup";

const words = account.factor;
const FEW = 3;

/** The second factor: whether it is on, and the ways to turn it on and off. */
export function SecondFactorCard({ user, changed }: { user: User | undefined; changed: () => void }) {
  const [dialogue, setDialogue] = useState<"on" | "off" | null>(null);
  const close = () => setDialogue(null);
  const on = user?.second_factor;
  const state = user && (
    <Badge {...(on ? { variant: "dot", color: "teal" } : { variant: "default" })} tt="none">
      {on ? words.on : words.off}
    </Badge>
  );
  return (
    <Card title={words.title} aside={state}>
      <Text size="sm">{words.about}</Text>
      {!user ? (
        <Skeleton h={36} w={120} />
      ) : (
        <>
          {on && (
            <Text size="sm" c={user.recovery_codes < FEW ? "var(--mantine-color-text)" : "dimmed"} fw={user.recovery_codes < FEW ? 600 : 400}>
              {words.left(user.recovery_codes)} {user.recovery_codes < FEW && words.fewLeft}
            </Text>
          )}
          <Group>
            <Button variant={on ? "default" : "filled"} onClick={() => setDialogue(on ? "off" : "on")}>
              {on ? words.turnOff : words.turnOn}
            </Button>
          </Group>
        </>
      )}
      {dialogue === "on" && <SecondFactorSetup onClose={close} done={changed} />}
      {dialogue === "off" && <TurnOff onClose={close} done={changed} />}
    </Card>
  );
}

function TurnOff({ onClose, done }: { onClose: () => void; done: () => void }) {
  const { busy, error, fields, submit } = useSubmit();
  const [password, setPassword] = useState("");

  async function turnOff() {
    await adminAPI.send("DELETE", "/admin/me/second-factor", { password });
    tell(words.doneOff);
    done();
    onClose();
  }

  return (
    <Modal opened onClose={onClose} title={words.offTitle}>
      <Form error={error} onSubmit={() => void submit(turnOff)}>
        <Text size="sm">{words.offText}</Text>
        <OwnPassword value={password} onChange={setPassword} error={fields.password} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" color="red" loading={busy}>
            {words.turnOff}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

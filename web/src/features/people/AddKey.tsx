import { Button, Group, Modal, NumberInput, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { common } from "@/texts/common";
import { people } from "@/texts/people";
import { KEYS, type Scope } from "./keys";
import type { Shown } from "./SecretDialog";

const words = people.keys;
const YEAR = 365;
const MOST_DAYS = 3650;

type Props = { onClose: () => void; changed: () => void; show: (shown: Shown) => void };

/** A key for a program. It is shown once: the service keeps only what it is known by. */
export function AddKey({ onClose, changed, show }: Props) {
  const { busy, error, fields, submit } = useSubmit();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("capture");
  const [days, setDays] = useState<number | string>(YEAR);

  async function add() {
    const body = { name: name.trim(), scope, expires_in_days: Number(days) };
    const added = await adminAPI.send<{ name: string; key: string }>("POST", KEYS, body);
    changed();
    onClose();
    show({ title: words.added(added.name), secrets: [{ label: words.key, value: added.key }], note: words.usage });
  }

  return (
    <Modal opened onClose={onClose} title={words.add}>
      <Form error={error} onSubmit={() => void submit(add)}>
        <Text size="sm">{words.addText}</Text>
        <TextInput
          label={words.name}
          description={words.nameHint}
          autoComplete="off"
          maxLength={100}
          required
          withAsterisk={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fields.name}
        />
        <Radio.Group label={words.scope} value={scope} onChange={(chosen) => setScope(chosen as Scope)} error={fields.scope}>
          <Stack gap="xs" mt={6}>
            {(Object.keys(words.scopes) as Scope[]).map((one) => (
              <Radio key={one} value={one} label={words.scopes[one]} description={words.scopeTexts[one]} />
            ))}
          </Stack>
        </Radio.Group>
        <NumberInput
          label={words.days}
          description={words.daysHint}
          min={1}
          max={MOST_DAYS}
          allowDecimal={false}
          required
          withAsterisk={false}
          maw={200}
          value={days}
          onChange={setDays}
          error={fields.expires_in_days}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {words.add}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

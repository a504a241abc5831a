import { Button, Center, Group, Modal, Text, TextInput } from "@mantine/core";
import { QRCodeSVG } from "qrcode.react";
import { useEffect, useRef, useState } from "react";
import { Form } from "@/components/Form";
import { Secret } from "@/components/Secret";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { tell } from "@/lib/toast";
import { account } from "@/texts/account";
import { common } from "@/texts/common";
import { OwnPassword } from "./OwnPassword";
import { RecoveryCodes } from "./RecoveryCodes";

const words = account.factor;
const QR_PIXELS = 192;

type Made = { secret: string; address: string };
type Step = { is: "password" } | { is: "scan"; made: Made } | { is: "codes"; codes: string[] };

/** Turns the second factor on: the password, a code of the new secret, and then the recovery codes, which are shown this once. */
export function SecondFactorSetup({ onClose, done }: { onClose: () => void; done: () => void }) {
  const [step, setStep] = useState<Step>({ is: "password" });
  const { busy, error, fields, submit } = useSubmit();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const saving = step.is === "codes";

  async function next() {
    if (step.is === "password") {
      setStep({ is: "scan", made: await adminAPI.send<Made>("POST", "/admin/me/second-factor", { password }) });
    } else {
      const made = await adminAPI.send<{ recovery_codes: string[] }>("POST", "/admin/me/second-factor/confirm", { code });
      setStep({ is: "codes", codes: made.recovery_codes });
      tell(words.doneOn);
      done();
    }
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={saving ? words.codesTitle : words.setUp}
      // What is shown once goes by one's word alone.
      withCloseButton={!saving}
      closeOnEscape={!saving}
      closeOnClickOutside={step.is === "password"}
    >
      {saving ? (
        <RecoveryCodes codes={step.codes} onSaved={onClose} />
      ) : (
        <Form error={error} onSubmit={() => void submit(next)} key={step.is}>
          {step.is === "password" ? (
            <OwnPassword value={password} onChange={setPassword} error={fields.password} />
          ) : (
            <Scan made={step.made} code={code} setCode={setCode} error={fields.code} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={busy}>
              {step.is === "password" ? words.next : words.confirm}
            </Button>
          </Group>
        </Form>
      )}
    </Modal>
  );
}

type ScanProps = { made: Made; code: string; setCode: (code: string) => void; error: string | undefined };

function Scan({ made, code, setCode, error }: ScanProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <>
      <Text size="sm">{words.scan}</Text>
      {/* Dark on white in any colour scheme, with the margin that readers need. */}
      <Center>
        <QRCodeSVG value={made.address} size={QR_PIXELS} marginSize={4} title={words.qr} role="img" />
      </Center>
      <Secret label={words.manual} value={made.secret} />
      <TextInput
        ref={field}
        label={words.code}
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        withAsterisk={false}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={error}
      />
    </>
  );
}

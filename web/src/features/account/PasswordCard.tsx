import { Button, Group, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useSWRConfig } from "swr";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { begin, useSession } from "@/lib/session";
import { tell } from "@/lib/toast";
import type { Answer } from "@/lib/types";
import { account } from "@/texts/account";
import { Card } from "./Card";
import { SESSIONS } from "./keys";

const words = account.password;
const EMPTY = { current: "", next: "", repeat: "" };

/** Another password. All of one's tokens end by it, and the answer's is the one to go on with. */
export function PasswordCard() {
  const session = useSession();
  const { mutate } = useSWRConfig();
  const { busy, error, fields, submit } = useSubmit();
  const [typed, setTyped] = useState(EMPTY);
  const [compared, setCompared] = useState(false);
  const different = compared && typed.next !== typed.repeat;

  async function change() {
    setCompared(true);
    if (typed.next !== typed.repeat) return;
    await submit(async () => {
      const body = { current_password: typed.current, new_password: typed.next };
      begin(await adminAPI.send<Answer<"setOwnPassword">>("PUT", "/admin/me/password", body));
      setTyped(EMPTY);
      setCompared(false);
      tell(words.done);
      void mutate(SESSIONS);
    });
  }

  function field(name: keyof typeof EMPTY, wrong: string | false | undefined) {
    return {
      name,
      error: wrong,
      "aria-invalid": Boolean(wrong), // the kit's own fields say it, but not this one
      value: typed[name],
      onChange: (event: { currentTarget: HTMLInputElement }) => setTyped({ ...typed, [name]: event.currentTarget.value }),
      required: true,
      withAsterisk: false,
      visibilityToggleFocusable: true,
      visibilityToggleButtonProps: { "aria-label": words.show },
    };
  }

  return (
    <Card title={words.title}>
      <Form error={error} onSubmit={() => void change()}>
        {/* For the browser's own keeper of passwords. */}
        <input type="text" name="username" autoComplete="username" value={session?.username ?? ""} readOnly hidden />
        <PasswordInput {...field("current", fields.current_password)} label={words.current} autoComplete="current-password" />
        <PasswordInput
          {...field("next", fields.new_password)}
          label={words.next}
          description={words.nextHint}
          autoComplete="new-password"
          minLength={8}
        />
        <PasswordInput {...field("repeat", different && words.different)} label={words.repeat} autoComplete="new-password" />
        <Group>
          <Button type="submit" loading={busy}>
            {words.submit}
          </Button>
        </Group>
      </Form>
    </Card>
  );
}

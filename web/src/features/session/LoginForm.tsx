import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { session as words } from "@/texts/session";
import { useLogin } from "./useLogin";
import { useSecondsLeft } from "./useSecondsLeft";

const NO_WAIT = { until: 0, seconds: 0 };

/** Username, password and, once it is asked for, the code of the second factor. `fixed`: only this user may log in here. */
export function LoginForm({ username: given, fixed = false }: { username: string; fixed?: boolean }) {
  const [username, setUsername] = useState(given);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { factor, choose, fault, busy, submit } = useLogin();
  const seconds = useSecondsLeft(fault?.wait ?? NO_WAIT);
  const usernameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);

  // In a dialogue it is the dialogue that moves the focus in.
  useEffect(() => {
    if (!fixed) usernameField.current?.focus();
  }, [fixed]);
  // Where to go on: what was typed stays, selected, so that typing replaces it.
  useEffect(() => {
    const field = fault?.field === "password" ? passwordField.current : fault?.field === "code" ? codeField.current : null;
    field?.focus();
    field?.select();
  }, [fault]);
  useEffect(() => {
    if (factor !== "none") codeField.current?.focus();
  }, [factor]);

  function send(event: FormEvent) {
    event.preventDefault();
    if (seconds === 0) void submit(username.trim(), password, code);
  }

  return (
    <form onSubmit={send}>
      <Stack gap="lg">
        {fault && (
          <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={fault.text} />
        )}
        <TextInput
          ref={usernameField}
          size="md"
          label={words.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          readOnly={fixed}
          variant={fixed ? "filled" : "default"}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
        />
        <PasswordInput
          ref={passwordField}
          size="md"
          label={words.password}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={fixed || undefined}
          error={fault?.field === "password"}
          aria-invalid={fault?.field === "password"}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ "aria-label": words.showPassword }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {factor !== "none" && (
          <Stack gap={4} align="flex-start">
            <TextInput
              ref={codeField}
              size="md"
              w="100%"
              label={factor === "app" ? words.code : words.recoveryCode}
              description={factor === "app" ? words.codeHint : words.recoveryCodeHint}
              name="code"
              autoComplete={factor === "app" ? "one-time-code" : "off"}
              inputMode={factor === "app" ? "numeric" : "text"}
              autoCapitalize="none"
              spellCheck={false}
              required
              withAsterisk={false}
              error={fault?.field === "code"}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Anchor component="button" type="button" size="sm" py={4} onClick={() => choose(factor === "app" ? "recovery" : "app")}>
              {factor === "app" ? words.recoveryInstead : words.appInstead}
            </Anchor>
          </Stack>
        )}
        <Button type="submit" size="md" fullWidth loading={busy} disabled={seconds > 0}>
          {seconds > 0 ? words.wait(seconds) : words.submit}
        </Button>
      </Stack>
    </form>
  );
}

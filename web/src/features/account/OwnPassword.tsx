import { PasswordInput } from "@mantine/core";
import { account } from "@/texts/account";

type Props = { value: string; onChange: (value: string) => void; error: string | undefined };

/** One's password, asked for again before what keeps others out is changed. */
export function OwnPassword({ value, onChange, error }: Props) {
  return (
    <PasswordInput
      label={account.factor.password}
      description={account.factor.passwordHint}
      autoComplete="current-password"
      required
      withAsterisk={false}
      data-autofocus
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ "aria-label": account.password.show }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      aria-invalid={Boolean(error)}
    />
  );
}

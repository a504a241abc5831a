import { Alert, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Problem } from "@/lib/problem";
import { sentence } from "./ErrorState";

/**
 * A form that says why it failed. What is wrong with a field stands at the field (its `error`), to which the focus goes; what is wrong
 * otherwise stands above.
 */
export function Form({ error, onSubmit, children }: { error: unknown; onSubmit: () => void; children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  const atFields = error instanceof Problem && error.errors.length > 0;
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onSubmit();
      }}
    >
      <Stack>
        {Boolean(error) && !atFields && (
          <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />}>
            {sentence(error)}
          </Alert>
        )}
        {children}
      </Stack>
    </form>
  );
}

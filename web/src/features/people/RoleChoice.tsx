import { Radio, Stack } from "@mantine/core";
import type { Role } from "@/lib/types";
import { common } from "@/texts/common";
import { people } from "@/texts/people";

const words = people.users;

type Props = { value: Role; onChange: (role: Role) => void; error?: string | undefined };

/** A role, with what it may do. */
export function RoleChoice({ value, onChange, error }: Props) {
  return (
    <Radio.Group label={words.role} value={value} onChange={(role) => onChange(role as Role)} error={error}>
      <Stack gap="xs" mt={6}>
        {(Object.keys(words.roles) as Role[]).map((role) => (
          <Radio key={role} value={role} label={common.role[role]} description={words.roles[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

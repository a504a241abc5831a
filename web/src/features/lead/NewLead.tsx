import { Button, Group, Modal, Select, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { dropDraft, useDraft } from "@/lib/drafts";
import { learn } from "@/lib/edits";
import { NEW_LEAD, OPEN_LEAD } from "@/lib/order";
import type { LeadByHand } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";

const TEXTS = [
  ["name", 200], ["email", 254], ["company", 200], ["phone", 50], ["role", 100], ["source", 200],
] as const;
const DRAFT = "new";
type Typed = Partial<Record<keyof LeadByHand, string>>;
const options = (labels: Record<string, string>) => Object.entries(labels).map(([value, label]) => ({ value, label }));

/** A lead that came by another way: a call, a fair, a letter. What is typed stays until it is saved, or dropped on purpose. */
export function NewLead() {
  const [, setParameters] = useSearchParams();
  const [draft, change] = useDraft<Typed>(DRAFT);
  const typed = draft ?? {};
  const { busy, error, fields, submit } = useSubmit();
  const set = (field: keyof Typed, value: string) => change((before) => ({ ...before, [field]: value }));
  const close = (opened?: number) =>
    setParameters((before) => {
      const after = new URLSearchParams(before);
      after.delete(NEW_LEAD);
      if (opened) after.set(OPEN_LEAD, String(opened));
      return after;
    });
  const save = () =>
    submit(async () => {
      const filled = Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim())) as Partial<LeadByHand>;
      const { lead } = await adminAPI.addLead(filled);
      learn(lead);
      touch({ mine: true });
      dropDraft(DRAFT);
      close(lead.id);
    });
  return (
    <Modal opened onClose={() => close()} size="lg" title={words.create.title} closeOnClickOutside={draft === null}>
      <Form error={error} onSubmit={() => void save()}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {TEXTS.map(([field, length]) => (
            <TextInput
              key={field}
              label={words.create[field]}
              type={field === "email" ? "email" : "text"}
              required={field === "name" || field === "email"}
              maxLength={length}
              autoComplete="off"
              description={field === "source" ? words.create.sourceHint : undefined}
              value={typed[field] ?? ""}
              error={fields[field]}
              data-autofocus={field === "name" || undefined}
              onChange={(event) => set(field, event.currentTarget.value)}
            />
          ))}
          <Select label={words.create.type} data={options(common.type)} allowDeselect={false} value={typed.lead_type ?? "contact"} error={fields.lead_type} onChange={(value) => set("lead_type", value ?? "contact")} />
          <Select label={words.create.priority} data={options(common.priority)} allowDeselect={false} value={typed.priority ?? "medium"} error={fields.priority} onChange={(value) => set("priority", value ?? "medium")} />
        </SimpleGrid>
        <TextInput label={words.create.subject} maxLength={300} autoComplete="off" value={typed.subject ?? ""} error={fields.subject} onChange={(event) => set("subject", event.currentTarget.value)} />
        <Textarea label={words.create.message} maxLength={10_000} autosize minRows={4} maxRows={12} value={typed.message ?? ""} error={fields.message} onChange={(event) => set("message", event.currentTarget.value)} />
        <Group justify="end">
          <Button
            variant="default"
            onClick={() => {
              dropDraft(DRAFT);
              close();
            }}
          >
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {words.create.submit}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}

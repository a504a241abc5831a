import { Button, Group, Paper, SegmentedControl, Stack, Switch, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import useSWR from "swr";
import { Confirm } from "@/components/Confirm";
import { Form } from "@/components/Form";
import { useSubmit } from "@/hooks/useSubmit";
import { adminAPI } from "@/lib/api";
import { useDraft } from "@/lib/drafts";
import { MAIL_TEMPLATES } from "@/lib/keys";
import { Problem } from "@/lib/problem";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { mail } from "@/texts/mail";
import classes from "./mail.module.css";
import { PARTS, type Template, type TemplateText } from "./mail";
import { HtmlFrame } from "./MailDrawer";

const words = mail.templates;
const TYPING_MS = 400;

const textOf = ({ subject, body_text, body_html }: TemplateText): TemplateText => ({ subject, body_text, body_html });
const same = (one: TemplateText, other: TemplateText) => PARTS.every((part) => one[part] === other[part]);

/** One template: its parts, what can stand in them, and what comes of it. What is typed is a draft of this tab until it was saved. */
export function TemplateEditor({ template, saved }: { template: Template; saved: (template: Template) => Promise<unknown> }) {
  const [draft, change] = useDraft<TemplateText>(`template.${template.kind}`);
  const [tried, setTried] = useState<TemplateText | null>(null);
  const [asking, setAsking] = useState<"back" | "test" | null>(null);
  const { busy, error, fields, submit } = useSubmit();
  const path = `${MAIL_TEMPLATES}/${template.kind}`;
  const text = draft ?? textOf(template);
  const unsaved = !same(text, template);
  const preview = usePreview(path, text);
  const set = (part: keyof TemplateText, value: string) => change((before) => ({ ...(before ?? textOf(template)), [part]: value }));
  // What was wrong with what was sent says nothing of what stands there since.
  const wrong = (part: keyof TemplateText) => preview.fields[part] ?? (tried?.[part] === text[part] ? fields[part] : undefined);

  async function put(enabled: boolean, parts: TemplateText | Record<keyof TemplateText, null>) {
    const now = await adminAPI.send<Template>("PUT", path, { enabled, ...parts });
    await saved(now);
  }
  const save = () =>
    submit(async () => {
      setTried(text);
      await put(template.enabled, text);
      // What was typed meanwhile stays.
      change((now) => (now && same(now, text) ? null : now));
      tell(words.saved);
    });

  return (
    <div className={classes.editor}>
      <Form error={error} onSubmit={() => void save()}>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {mail.kinds[template.kind]}
          </Title>
          <Switch label={words.enabled} checked={template.enabled} disabled={busy} onChange={(event) => void submit(() => put(event.target.checked, textOf(template)))} />
        </Group>
        <TextInput label={words.subject} required maxLength={500} value={text.subject} error={wrong("subject")} onChange={(event) => set("subject", event.currentTarget.value)} />
        <Textarea className={classes.code ?? ""} label={words.body_text} required autosize minRows={8} maxRows={24} maxLength={20000} spellCheck={false} value={text.body_text} error={wrong("body_text")} onChange={(event) => set("body_text", event.currentTarget.value)} />
        <Textarea className={classes.code ?? ""} label={words.body_html} required autosize minRows={8} maxRows={24} maxLength={60000} spellCheck={false} value={text.body_html} error={wrong("body_html")} onChange={(event) => set("body_html", event.currentTarget.value)} />
        <Group justify="space-between">
          <Group gap="xs">
            <Button variant="default" onClick={() => setAsking("test")}>
              {words.test}
            </Button>
            {template.changed && (
              <Button variant="default" onClick={() => setAsking("back")}>
                {words.back}
              </Button>
            )}
          </Group>
          <Group gap="xs">
            {unsaved && (
              <>
                <Text size="sm" c="dimmed" role="status">
                  {words.unsaved}
                </Text>
                <Button variant="default" onClick={() => change(() => null)}>
                  {words.discard}
                </Button>
              </>
            )}
            <Button type="submit" loading={busy} disabled={!unsaved}>
              {common.save}
            </Button>
          </Group>
        </Group>
      </Form>
      <Stack>
        <Preview made={preview.made} failed={Object.keys(preview.fields).length > 0} />
        <Paper withBorder radius="md" p="md" component="section" aria-label={words.variables}>
          <Title order={2} size="h5" mb="xs">
            {words.variables}
          </Title>
          <dl className={classes.variables}>
            {template.variables.map(({ name, about }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{about}</dd>
              </div>
            ))}
          </dl>
          <Text size="xs" c="dimmed">
            {words.variablesText}
          </Text>
        </Paper>
      </Stack>
      {asking === "back" && (
        <Confirm
          title={words.backTitle}
          action={words.back}
          danger
          run={async () => {
            await put(template.enabled, { subject: null, body_text: null, body_html: null });
            change(() => null);
          }}
          onClose={() => setAsking(null)}
        >
          <Text size="sm">{words.backText}</Text>
        </Confirm>
      )}
      {asking === "test" && <SendTest path={path} onClose={() => setAsking(null)} />}
    </div>
  );
}

/** What the service makes of what is typed, once the typing rests; and what is wrong with it, part by part. */
function usePreview(path: string, text: TemplateText) {
  const [resting] = useDebouncedValue(text, TYPING_MS);
  const { data, error } = useSWR<{ subject: string; text: string; html: string }, unknown>(
    [path, resting.subject, resting.body_text, resting.body_html],
    () => adminAPI.send("POST", `${path}/preview`, resting),
    { refreshInterval: 0, revalidateOnFocus: false },
  );
  return { made: data, fields: error instanceof Problem ? error.fields : {} };
}

function Preview({ made, failed }: { made: { subject: string; text: string; html: string } | undefined; failed: boolean }) {
  const [as, setAs] = useState<"text" | "html">("text");
  return (
    <Paper withBorder radius="md" p="md" component="section" aria-label={words.preview}>
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={2} size="h5">
            {words.preview}
          </Title>
          <Text size="xs" c="dimmed">
            {words.previewHint}
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={mail.detail.view}
          value={as}
          onChange={(value) => setAs(value as typeof as)}
          data={[
            { value: "text", label: mail.detail.text },
            { value: "html", label: mail.detail.html },
          ]}
        />
      </Group>
      {failed ? (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {words.previewFailed}
        </Text>
      ) : (
        made && (
          <Stack gap="xs">
            <Text size="sm" fw={600} className="written">
              {made.subject}
            </Text>
            {as === "text" ? <pre className={classes.text}>{made.text}</pre> : <HtmlFrame html={made.html} />}
          </Stack>
        )
      )}
    </Paper>
  );
}

function SendTest({ path, onClose }: { path: string; onClose: () => void }) {
  const [to, setTo] = useState("");
  const [error, setError] = useState<string | undefined>();
  async function send() {
    try {
      await adminAPI.send("POST", `${path}/test`, { to: to.trim() });
    } catch (failure) {
      setError(failure instanceof Problem ? failure.fields.to : undefined);
      throw failure;
    }
    tell(words.tested);
  }
  return (
    <Confirm title={words.testTitle} action={words.test} run={send} onClose={onClose} disabled={!to.trim()}>
      <Text size="sm">{words.testText}</Text>
      <TextInput label={words.to} type="email" required data-autofocus value={to} error={error} onChange={(event) => setTo(event.currentTarget.value)} />
    </Confirm>
  );
}

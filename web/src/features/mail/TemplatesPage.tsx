import { Anchor, Badge, Group, NavLink, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import useSWR from "swr";
import { ErrorState } from "@/components/ErrorState";
import { MAIL_TEMPLATES } from "@/lib/keys";
import { may } from "@/lib/may";
import { Problem } from "@/lib/problem";
import { paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { mail } from "@/texts/mail";
import type { Template } from "./mail";
import { TemplateEditor } from "./TemplateEditor";

const words = mail.templates;

/** What mails say: for admins. Which one is shown stands in the address. */
export function TemplatesPage() {
  const session = useSession();
  const allowed = session !== null && may(session.role, "admin");
  const { data, error, mutate } = useSWR<{ data: Template[] }>(allowed ? MAIL_TEMPLATES : null);
  const [parameters, setParameters] = useSearchParams();
  const chosen = data?.data.find(({ kind }) => kind === parameters.get("kind")) ?? data?.data[0];
  const show = (saved: Template) => mutate((before) => before && { data: before.data.map((one) => (one.kind === saved.kind ? saved : one)) }, { revalidate: false });

  return (
    <Stack gap="lg" maw={1400}>
      <title>{`${common.pages.mailTemplates} · ${common.product}`}</title>
      <div>
        <Anchor component={Link} to={paths.mail} size="sm">
          {mail.outboxLink}
        </Anchor>
        <Title order={1} size="h2">
          {common.pages.mailTemplates}
        </Title>
        <Text c="dimmed">{words.about}</Text>
      </div>
      {!allowed ? (
        <ErrorState error={new Problem(403, {})} />
      ) : chosen && data ? (
        <>
          <Paper withBorder radius="md" component="nav" aria-label={words.list} p={4}>
            {data.data.map((one) => (
              <NavLink
                key={one.kind}
                component="button"
                type="button"
                label={
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {mail.kinds[one.kind]}
                    </Text>
                    {one.changed && (
                      <Badge variant="dot" tt="none">
                        {words.changed}
                      </Badge>
                    )}
                    {!one.enabled && (
                      <Badge variant="default" tt="none">
                        {words.off}
                      </Badge>
                    )}
                  </Group>
                }
                description={words.purposes[one.kind]}
                styles={{ description: { color: "var(--mantine-color-text)" } }}
                active={one.kind === chosen.kind}
                aria-current={one.kind === chosen.kind ? "true" : undefined}
                onClick={() => setParameters({ kind: one.kind }, { replace: true })}
              />
            ))}
          </Paper>
          <TemplateEditor key={chosen.kind} template={chosen} saved={show} />
        </>
      ) : error ? (
        <ErrorState error={error} retry={() => void mutate()} />
      ) : (
        <Skeleton h={480} />
      )}
    </Stack>
  );
}

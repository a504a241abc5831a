import { Anchor, Group, List, Paper, Text, ThemeIcon, Title } from "@mantine/core";
import { IconHistory, IconInbox, IconSearch } from "@tabler/icons-react";
import { Navigate, useLocation } from "react-router";
import { API_ORIGIN } from "@/lib/api";
import { paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { session as words } from "@/texts/session";
import { LoginForm } from "./LoginForm";
import classes from "./LoginPage.module.css";

const DEFAULT_USER = "admin";
const ICONS = [IconInbox, IconSearch, IconHistory];

/** The door. Who is in already goes on to where they wanted to. */
export function LoginPage() {
  const location = useLocation();
  const session = useSession();
  if (session) return <Navigate to={cameFrom(location.state) ?? paths.overview} replace />;
  return (
    <div className={classes.page}>
      <title>{`${words.title} · ${common.product}`}</title>
      <header className={classes.side}>
        <div>
          <Text className={classes.product}>{common.product}</Text>
          <Text className={classes.welcome}>{words.welcome}</Text>
        </div>
        <List className={classes.points} spacing="md" center>
          {words.points.map((point, index) => {
            const Icon = ICONS[index] ?? IconInbox;
            return (
              <List.Item key={point} icon={<ThemeIcon size={36} radius="xl" className={classes.icon}><Icon size={18} aria-hidden /></ThemeIcon>}>
                {point}
              </List.Item>
            );
          })}
        </List>
      </header>
      <main className={classes.main}>
        <Paper className={classes.card} withBorder shadow="sm" radius="lg" p={{ base: "lg", sm: "xl" }}>
          <Title order={1} size="h2" mb="lg">
            {words.title}
          </Title>
          <LoginForm username={DEFAULT_USER} />
        </Paper>
        <PublicLinks />
      </main>
    </div>
  );
}

/** What needs no login. The service renders these pages itself. */
function PublicLinks() {
  return (
    <Group component="nav" aria-label={words.public} gap="4px 16px" justify="center">
      <Text size="sm" c="dimmed">
        {words.public}
      </Text>
      {Object.entries(words.forms).map(([form, label]) => (
        <Anchor key={form} href={`${API_ORIGIN}/forms/${form}`} size="sm" py={4}>
          {label}
        </Anchor>
      ))}
      <Anchor href={`${API_ORIGIN}/docs`} size="sm" py={4}>
        {words.docs}
      </Anchor>
    </Group>
  );
}

/** Where the shell sent them from. It is the history's, which only this page's own script writes. */
function cameFrom(state: unknown): string | undefined {
  const from = (state as { from?: unknown } | null)?.from;
  return typeof from === "string" && from !== paths.login ? from : undefined;
}

import { ActionIcon, Anchor, AppShell, Avatar, Badge, Burger, Group, Menu, NavLink, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconChartBar, IconClipboardList, IconHistory, IconInbox, IconKey, IconLogout, IconMail, IconSettings, IconTrash, IconUser, IconUsers,
} from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect } from "react";
import { Link, Navigate, Outlet, useLocation, useNavigate, useSearchParams } from "react-router";
import { type Cache, SWRConfig, useSWRConfig } from "swr";
import { useLeadStats } from "@/hooks/useLeadStats";
import { adminAPI } from "@/lib/api";
import { inboxChanges, touch } from "@/lib/changes";
import { conflicts, forgetLeads } from "@/lib/edits";
import { live, useEvents } from "@/lib/events";
import { shortNumber } from "@/lib/format";
import { isInbox } from "@/lib/keys";
import { may } from "@/lib/may";
import { NEW_LEAD, OPEN_LEAD } from "@/lib/order";
import { paths } from "@/lib/routes";
import { end, type Session, useExpired, useSession } from "@/lib/session";
import { useStore } from "@/lib/store";
import type { Role } from "@/lib/types";
import { common } from "@/texts/common";
import { ConnectionLine } from "./ConnectionLine";

const LeadDrawer = lazy(() => import("@/features/lead/LeadDrawer").then((module) => ({ default: module.LeadDrawer })));
const NewLead = lazy(() => import("@/features/lead/NewLead").then((module) => ({ default: module.NewLead })));
const ConflictDialog = lazy(() => import("@/features/lead/ConflictDialog").then((module) => ({ default: module.ConflictDialog })));
const LoginAgain = lazy(() => import("@/features/session/LoginAgain").then((module) => ({ default: module.LoginAgain })));

const PAGES: { page: keyof typeof common.pages; icon: typeof IconInbox; needs: Role }[] = [
  { page: "overview", icon: IconChartBar, needs: "viewer" },
  { page: "leads", icon: IconInbox, needs: "viewer" },
  { page: "mail", icon: IconMail, needs: "viewer" },
  { page: "trash", icon: IconTrash, needs: "viewer" },
  { page: "operations", icon: IconClipboardList, needs: "editor" },
  { page: "audit", icon: IconHistory, needs: "admin" },
  { page: "people", icon: IconUsers, needs: "admin" },
  { page: "keys", icon: IconKey, needs: "admin" },
];

/** What stands around every page: who, where to, and what is between us and the service. */
export function Shell() {
  const session = useSession();
  const location = useLocation();
  if (!session) {
    const from = location.pathname + location.search;
    return <Navigate to={paths.login} state={{ from }} replace />;
  }
  // Nothing that one person saw is left for the next: the readings are kept for each apart.
  return (
    <SWRConfig key={session.username} value={{ provider: fresh }}>
      <Inside session={session} />
    </SWRConfig>
  );
}

function fresh(): Cache {
  forgetLeads();
  return new Map();
}

function Inside({ session }: { session: Session }) {
  const [opened, { toggle, close }] = useDisclosure();
  const location = useLocation();
  const expired = useExpired();
  const conflicted = useStore(conflicts).length > 0;
  const [parameters] = useSearchParams();
  useFreshness(session);
  useEffect(close, [location.pathname, close]);

  return (
    <AppShell
      layout="alt"
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#content">
        {common.nav.skip}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={common.nav.open} aria-expanded={opened} />
            <Live />
          </Group>
          <PersonMenu session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Group justify="space-between" mb="sm" px="xs" h={40}>
          <Anchor component={Link} to={paths.overview} underline="never" c="inherit" fw={700} size="lg">
            {common.product}
          </Anchor>
          <Burger opened onClick={toggle} hiddenFrom="sm" size="sm" aria-label={common.close} />
        </Group>
        <nav aria-label={common.nav.label}>
          <Pages role={session.role} at={location.pathname} />
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionLine />
        <Outlet />
      </AppShell.Main>
      <Suspense>
        {parameters.has(OPEN_LEAD) && <LeadDrawer />}
        {parameters.has(NEW_LEAD) && may(session.role, "editor") && <NewLead />}
        {conflicted && <ConflictDialog />}
        {expired && <LoginAgain username={session.username} />}
      </Suspense>
    </AppShell>
  );
}

/** Has everything shown read again when something changed, as it is heard of. */
function useFreshness(session: Session): void {
  const { mutate } = useSWRConfig();
  const hear = useCallback(() => touch(), []);
  useEvents(may(session.role, "viewer") ? session.username : undefined, hear);
  useEffect(() => inboxChanges.subscribe(() => void mutate(isInbox)), [mutate]);
}

function Pages({ role, at }: { role: Role; at: string }) {
  const { data: stats } = useLeadStats();
  return PAGES.filter(({ needs }) => may(role, needs)).map(({ page, icon: Icon }) => (
    <NavLink
      key={page}
      component={Link}
      to={paths[page]}
      label={common.pages[page]}
      leftSection={<Icon size={18} aria-hidden />}
      active={page === "overview" ? at === paths.overview : at.startsWith(paths[page])}
      aria-current={at === paths[page] ? "page" : undefined}
      rightSection={
        page === "leads" && stats?.unread ? (
          <Badge size="sm" circle={stats.unread < 10} variant="filled" aria-label={`${stats.unread} ${common.status.unread}`}>
            {shortNumber(stats.unread)}
          </Badge>
        ) : null
      }
    />
  ));
}

function Live() {
  const on = useStore(live);
  return (
    <Tooltip label={on ? common.liveHint : common.notLiveHint}>
      <Badge variant="dot" color={on ? "teal" : "gray"} tt="none" tabIndex={0} data-live={on}>
        {on ? common.nav.live : common.nav.notLive}
      </Badge>
    </Tooltip>
  );
}

function PersonMenu({ session }: { session: Session }) {
  const navigate = useNavigate();
  async function logOut() {
    await adminAPI.logout().catch(() => undefined); // it ends here in any case, and there within the hour
    end();
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" radius="xl">
          <Avatar size={32} radius="xl" name={session.username} color="blue" variant="filled" aria-hidden />
          <VisuallyHidden>{common.nav.account}</VisuallyHidden>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {session.username}
          </Text>
          {common.role[session.role]}
        </Menu.Label>
        <Menu.Item leftSection={<IconUser size={16} />} onClick={() => void navigate(paths.account)}>
          {common.pages.account}
        </Menu.Item>
        <Menu.Item leftSection={<IconSettings size={16} />} onClick={() => void navigate(paths.settings)}>
          {common.pages.settings}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut()}>
          {common.nav.logOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

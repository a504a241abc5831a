import { type ComponentType, lazy, Suspense, useState } from "react";
import { matchPath, Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { paths } from "@/lib/routes";
import { PageError } from "./PageError";
import { Shell } from "./Shell";

/** A page that is fetched when it is first gone to; until then the one before stays. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  let here: ComponentType | null = null;
  const fetch = async () => ({ default: (here = (await load())[name]) });
  const Fetched = lazy(fetch);
  function Page() {
    const [Shown] = useState<ComponentType>(() => here ?? Fetched);
    return <Shown />;
  }
  return Object.assign(Page, { fetch });
}

const LoginPage = page(() => import("@/features/session/LoginPage"), "LoginPage");
const INSIDE = {
  [paths.overview]: page(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
  [paths.leads]: page(() => import("@/features/leads/LeadsPage"), "LeadsPage"),
  [paths.trash]: page(() => import("@/features/leads/TrashPage"), "TrashPage"),
  [paths.lead]: page(() => import("@/features/lead/LeadPage"), "LeadPage"),
  [paths.operations]: page(() => import("@/features/activity/OperationsPage"), "OperationsPage"),
  [paths.audit]: page(() => import("@/features/activity/AuditPage"), "AuditPage"),
  [paths.mail]: page(() => import("@/features/mail/MailPage"), "MailPage"),
  [paths.mailTemplates]: page(() => import("@/features/mail/TemplatesPage"), "TemplatesPage"),
  [paths.people]: page(() => import("@/features/people/PeoplePage"), "PeoplePage"),
  [paths.keys]: page(() => import("@/features/people/KeysPage"), "KeysPage"),
  [paths.account]: page(() => import("@/features/account/AccountPage"), "AccountPage"),
  [paths.settings]: page(() => import("@/features/account/SettingsPage"), "SettingsPage"),
};

/** Fetches the page of an address before it is shown: React would show what Suspense has for it, and that for 300 ms at least. */
export async function fetchPage(path: string): Promise<void> {
  const [, found] = Object.entries({ [paths.login]: LoginPage, ...INSIDE }).find(([pattern]) => matchPath(pattern, path)) ?? [];
  // What goes wrong here goes wrong again, and is said, when it is shown.
  await found?.fetch().catch(() => undefined);
}

export function Pages() {
  return (
    <Routes>
      <Route element={<Guarded />}>
        <Route path={paths.login} element={<LoginPage />} />
      </Route>
      <Route element={<Shell />}>
        <Route element={<Guarded />}>
          {Object.entries(INSIDE).map(([path, Page]) => (
            <Route key={path} path={path} element={<Page />} />
          ))}
          <Route path="*" element={<Navigate to={paths.overview} replace />} />
        </Route>
      </Route>
    </Routes>
  );
}

/** A page that fails takes none of the others with it. */
function Guarded() {
  const { pathname } = useLocation();
  return (
    <PageError key={pathname}>
      <Suspense>
        <Outlet />
      </Suspense>
    </PageError>
  );
}

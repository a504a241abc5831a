import { type ComponentType, lazy, Suspense } from "react";
import { Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { paths } from "@/lib/routes";
import { PageError } from "./PageError";
import { Shell } from "./Shell";

/** A page that is fetched when it is first gone to; until then the one before stays. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const LoginPage = page(() => import("@/features/session/LoginPage"), "LoginPage");
const INSIDE = {
  [paths.overview]: page(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
  [paths.leads]: page(() => import("@/features/leads/LeadsPage"), "LeadsPage"),
  [paths.trash]: page(() => import("@/features/leads/TrashPage"), "TrashPage"),
  [paths.lead]: page(() => import("@/features/lead/LeadPage"), "LeadPage"),
  [paths.operations]: page(() => import("@/features/activity/OperationsPage"), "OperationsPage"),
  [paths.audit]: page(() => import("@/features/activity/AuditPage"), "AuditPage"),
  [paths.people]: page(() => import("@/features/people/PeoplePage"), "PeoplePage"),
  [paths.keys]: page(() => import("@/features/people/KeysPage"), "KeysPage"),
  [paths.account]: page(() => import("@/features/account/AccountPage"), "AccountPage"),
  [paths.settings]: page(() => import("@/features/account/SettingsPage"), "SettingsPage"),
};

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

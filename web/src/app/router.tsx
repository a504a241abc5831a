import type { ComponentType } from "react";
import { createBrowserRouter, Navigate } from "react-router";
import { paths } from "@/lib/routes";
import { PageError } from "./PageError";
import { Shell } from "./Shell";

/** A page that is fetched when it is first gone to. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return async () => ({ Component: (await load())[name] });
}

export const router = createBrowserRouter([
  { path: paths.login, lazy: page(() => import("@/features/session/LoginPage"), "LoginPage"), ErrorBoundary: PageError, HydrateFallback: () => null },
  {
    Component: Shell,
    ErrorBoundary: PageError,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: PageError,
        children: [
          { path: paths.overview, lazy: page(() => import("@/features/overview/OverviewPage"), "OverviewPage") },
          { path: paths.leads, lazy: page(() => import("@/features/leads/LeadsPage"), "LeadsPage") },
          { path: paths.trash, lazy: page(() => import("@/features/leads/TrashPage"), "TrashPage") },
          { path: paths.lead, lazy: page(() => import("@/features/lead/LeadPage"), "LeadPage") },
          { path: paths.operations, lazy: page(() => import("@/features/activity/OperationsPage"), "OperationsPage") },
          { path: paths.audit, lazy: page(() => import("@/features/activity/AuditPage"), "AuditPage") },
          { path: paths.people, lazy: page(() => import("@/features/people/PeoplePage"), "PeoplePage") },
          { path: paths.keys, lazy: page(() => import("@/features/people/KeysPage"), "KeysPage") },
          { path: paths.account, lazy: page(() => import("@/features/account/AccountPage"), "AccountPage") },
          { path: paths.settings, lazy: page(() => import("@/features/account/SettingsPage"), "SettingsPage") },
          { path: "*", element: <Navigate to={paths.overview} replace /> },
        ],
      },
    ],
  },
]);

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { SWRConfig } from "swr";
import { begin } from "@/lib/session";
import { swrConfig } from "@/lib/swr";
import type { Role } from "@/lib/types";

type Options = { url?: string; role?: Role; username?: string };

/** A component as it stands in the app: kit, router at a URL, a cache of its own, and somebody logged in. */
export function renderApp(ui: ReactNode, { url = "/", role = "admin", username = "ann" }: Options = {}) {
  logIn(username, role);
  const router = createMemoryRouter([{ path: "*", element: ui }], { initialEntries: [url] });
  const view = render(
    <MantineProvider env="test">
      <Notifications />
      <SWRConfig value={{ ...swrConfig, provider: () => new Map(), dedupingInterval: 0 }}>
        <RouterProvider router={router} />
      </SWRConfig>
    </MantineProvider>,
  );
  return { ...view, router };
}

/** Logs in without asking anybody. */
export function logIn(username: string, role: Role): string {
  const claims = btoa(JSON.stringify({ sub: username, role })).replaceAll("=", "");
  const token = `e30.${claims}.${crypto.randomUUID()}`;
  begin({ access_token: token, token_type: "bearer", expires_in: 3600 });
  return token;
}

import "./kit.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { setNonce } from "get-nonce";
import { BrowserRouter } from "react-router";
import { SWRConfig } from "swr";
import { swrConfig } from "@/lib/swr";
import { Pages } from "./Pages";
import { cssVariables, theme } from "./theme";

/** The page's own nonce, which the service puts there anew for each answer. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// What stops the page beneath a dialogue from scrolling writes styles of its own.
setNonce(nonce);

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" limit={4} />
      <SWRConfig value={swrConfig}>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </SWRConfig>
    </MantineProvider>
  );
}

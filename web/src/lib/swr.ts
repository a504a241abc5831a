/** How readings are kept and repeated: every 30 s, on focus and on reconnect, and at once when an event tells of a change. */
import type { SWRConfiguration } from "swr";
import { adminAPI } from "./api";
import { Problem } from "./problem";

export const REFRESH_MS = 30_000;
const LONGEST_RETRY_MS = 30_000;

export const swrConfig: SWRConfiguration = {
  fetcher: (url: string) => adminAPI.get(url),
  refreshInterval: REFRESH_MS,
  focusThrottleInterval: 5000,
  dedupingInterval: 500,
  keepPreviousData: true,
  onErrorRetry: (error: unknown, _key, _config, revalidate, { retryCount }) => {
    // What is refused stays refused; what was too much, or away, is asked again when the service says, or ever more slowly.
    const away = !(error instanceof Problem) || error.status === 0 || error.status === 429 || error.status >= 500;
    if (!away) return;
    const said = error instanceof Problem ? error.retryAfter : undefined;
    const pause = said ? said * 1000 : Math.min(1000 * 2 ** retryCount, LONGEST_RETRY_MS);
    setTimeout(() => void revalidate({ retryCount }), pause * (0.8 + 0.4 * Math.random()));
  },
};

import { useRef, useState } from "react";
import { adminAPI } from "@/lib/api";
import { Problem } from "@/lib/problem";
import { begin } from "@/lib/session";
import { session as words } from "@/texts/session";

/** What is asked for beside the password: nothing yet, the code of an authenticator's app, or a recovery code instead. */
export type Factor = "none" | "app" | "recovery";
/** Why the last try failed, and where to go on. `wait`: until when (ms of the epoch) no further one can be made, and how long that is. */
export type Fault = { text: string; field?: "password" | "code"; wait?: { until: number; seconds: number } };

/** The steps of a login: the password first, the code of the second factor once the service has asked for it. */
export function useLogin() {
  const [factor, setFactor] = useState<Factor>("none");
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const asking = useRef(false);

  async function submit(username: string, password: string, code: string): Promise<void> {
    if (asking.current) return; // Enter, pressed twice
    asking.current = true;
    setBusy(true);
    try {
      begin(await adminAPI.login(username, password, factor === "none" ? undefined : code.trim()));
    } catch (error) {
      const missing = error instanceof Problem && error.code === "code_missing";
      // The first time it isn't anybody's fault: the service only now says that it wants a code.
      if (missing && factor === "none") setFactor("app");
      setFault(missing && factor === "none" ? null : explain(error, factor));
    } finally {
      asking.current = false;
      setBusy(false);
    }
  }

  function choose(another: Factor): void {
    setFactor(another);
    setFault(null);
  }

  return { factor, choose, fault, busy, submit };
}

function explain(error: unknown, factor: Factor): Fault {
  const said = words.fault;
  if (!(error instanceof Problem)) return { text: said.unknown };
  if (error.offline) return { text: said.offline };
  if (error.status === 429) {
    const seconds = error.retryAfter ?? 1;
    const text = error.code === "login_delayed" ? said.login_delayed(seconds) : said.limited(seconds);
    return { text, wait: { until: Date.now() + seconds * 1000, seconds } };
  }
  if (error.status >= 502) return { text: said.unavailable };
  if (error.code === "login_failed") return { text: said.login_failed, field: "password" };
  if (error.code === "code_not_valid" || error.code === "code_missing") {
    return { text: factor === "recovery" ? said.recovery_not_valid : said.code_not_valid, field: "code" };
  }
  return { text: error.message || said.unknown };
}

import { useRef, useState } from "react";
import { Problem } from "@/lib/problem";

/** Something that a person sets off and that may fail: whether it is on its way, and why it failed (`fields`: at which field). */
export function useSubmit() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef(false);

  async function submit(run: () => Promise<void>): Promise<void> {
    if (running.current) return; // Enter, pressed twice
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      await run();
    } catch (failed) {
      setError(failed);
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  return { busy, error, fields: error instanceof Problem ? error.fields : {}, submit };
}

import { useEffect, useState } from "react";

/** Whole seconds until a moment (ms of the epoch) that is at most `seconds` away, counted down to 0. */
export function useSecondsLeft({ until, seconds }: { until: number; seconds: number }): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until <= Date.now()) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (until <= Date.now()) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  // Before the first tick the clock was last looked at for another moment, or never.
  return Math.max(0, Math.min(seconds, Math.ceil((until - now) / 1000)));
}

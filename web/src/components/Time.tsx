import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { ago, dateTime } from "@/lib/format";

const EVERY_MS = 30_000;

/** How long ago, kept true, with the time itself on hover and for screen readers. */
export function Time({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Tooltip label={dateTime(at)}>
      <time dateTime={at}>{ago(at, now)}</time>
    </Tooltip>
  );
}

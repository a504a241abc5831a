import { Alert } from "@mantine/core";
import { IconPlugX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useSWRConfig } from "swr";
import { connection, WELL } from "@/lib/api";
import { useStore } from "@/lib/store";
import { common } from "@/texts/common";

const LOOK_MS = 3000;

/** A line at the top while the service can't be reached, isn't ready, or asks for patience. It goes by itself. */
export function ConnectionLine() {
  const at = useStore(connection);
  const { mutate } = useSWRConfig();
  const [now, setNow] = useState(Date.now);
  const well = at.state === "well";

  useEffect(() => {
    if (well) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (at.state === "limited" && at.until <= Date.now()) connection.set(WELL);
    }, 1000);
    // One reading is enough to find out that it is back; then all are.
    const look = at.state === "limited" ? undefined : setInterval(() => void mutate("/admin/leads/stats"), LOOK_MS);
    return () => {
      clearInterval(timer);
      clearInterval(look);
      void mutate((key) => typeof key === "string");
    };
  }, [at, well, mutate]);

  if (well) return <div role="status" />;
  const words = common.problem;
  const title =
    at.state === "offline" ? words.offline
    : at.state === "unavailable" ? words.unavailable
    : words.limited(Math.max(1, Math.ceil((("until" in at ? at.until : now) - now) / 1000)));
  return (
    <div role="status">
      <Alert color="orange" variant="light" icon={<IconPlugX aria-hidden />} title={title} mb="md" data-connection={at.state}>
        {at.state === "offline" ? words.offlineText : at.state === "unavailable" ? words.unavailableText : null}
      </Alert>
    </div>
  );
}

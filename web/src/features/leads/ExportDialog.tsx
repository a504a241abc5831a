import { Button, Group, Modal, Progress, Radio, Stack, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { ErrorState } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { number } from "@/lib/format";
import { saveFile } from "@/lib/saveFile";
import { tell } from "@/lib/toast";
import { leads as words } from "@/texts/leads";
import type { View } from "./useView";

const MB = 1_000_000;

/** The leads as filtered now, as a file. It is saved once all of it is there: a cut one would look whole. */
export function ExportDialog({ view, total, totalExact, close }: { view: View; total: number; totalExact: boolean; close: () => void }) {
  const [format, setFormat] = useState("csv");
  const [columns, setColumns] = useState("all");
  const [bytes, setBytes] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);

  async function start() {
    const query = new URLSearchParams(view.filterQuery);
    const order = new URLSearchParams(view.query).get("order");
    if (order) query.set("order", order);
    query.set("format", format);
    if (format === "csv") query.set("bom", "true");
    if (columns === "shown") query.set("select", ["id", ...view.columns.flatMap((column) => (column === "name" ? ["name", "email", "company"] : [column]))].filter((column, at, all) => all.indexOf(column) === at).join(","));
    setError(null);
    setBytes(0);
    stop.current = new AbortController();
    try {
      saveFile(await adminAPI.exportLeads(query.toString(), stop.current.signal, setBytes));
      tell(words.export.done);
      close();
    } catch (failure) {
      setBytes(null);
      if (!stop.current.signal.aborted) setError(failure);
    }
  }

  return (
    <Modal
      opened
      onClose={() => {
        stop.current?.abort();
        close();
      }}
      title={words.export.title}
     
    >
      <Stack>
        <Text size="sm">{words.export.count(`${number(total)}${totalExact ? "" : "+"}`)}</Text>
        <Radio.Group label={words.export.format} value={format} onChange={setFormat}>
          <Stack gap="xs" mt="xs">
            {Object.entries(words.export.formats).map(([value, label]) => (
              <Radio key={value} value={value} label={label} disabled={bytes !== null} />
            ))}
          </Stack>
        </Radio.Group>
        {format === "csv" && (
          <Text size="xs" c="dimmed">
            {words.export.formulas}
          </Text>
        )}
        <Radio.Group label={words.export.columns} value={columns} onChange={setColumns}>
          <Group mt="xs">
            <Radio value="all" label={words.export.all} disabled={bytes !== null} />
            <Radio value="shown" label={words.export.shown} disabled={bytes !== null} />
          </Group>
        </Radio.Group>
        {error !== null && <ErrorState error={error} />}
        {bytes !== null && (
          <div aria-live="polite">
            <Progress value={100} animated aria-label={words.export.label} />
            <Text size="sm">{words.export.working(bytes < MB ? `${number(Math.round(bytes / 1000))} KB` : `${(bytes / MB).toFixed(1)} MB`)}</Text>
          </div>
        )}
        <Group justify="end">
          {bytes === null ? (
            <Button onClick={() => void start()} data-autofocus>
              {words.export.start}
            </Button>
          ) : (
            <Button variant="default" onClick={() => stop.current?.abort()}>
              {words.export.stop}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

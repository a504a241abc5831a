import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { sentence } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { VIEWS } from "@/lib/keys";
import { Problem } from "@/lib/problem";
import { tell } from "@/lib/toast";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import type { SavedView } from "./ViewsMenu";

export type ViewAsked = { what: "save" } | { what: "rename" | "remove"; view: SavedView };

const MOST_CHARACTERS = 80;

/** Asks for a view's name, or whether it may go. */
export function ViewDialog({ asking, query, close, done }: { asking: ViewAsked; query: string; close: () => void; done: (id: string | null) => void }) {
  const [name, setName] = useState(asking.what === "rename" ? asking.view.name : "");
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const removing = asking.what === "remove";

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      if (asking.what === "save") {
        const made = await adminAPI.send<SavedView>("POST", VIEWS, { name: name.trim(), query });
        tell(words.views.saved(made.name));
        done(made.id);
      } else if (asking.what === "rename") {
        await adminAPI.send("PATCH", `${VIEWS}/${asking.view.id}`, { name: name.trim() });
        done(asking.view.id);
      } else {
        await adminAPI.send("DELETE", `${VIEWS}/${asking.view.id}`);
        tell(words.views.removed(asking.view.name));
        done(null);
      }
    } catch (error) {
      setBusy(false);
      setWrong(error instanceof Problem && error.fields.name ? error.fields.name : sentence(error));
    }
  }

  const title = asking.what === "save" ? words.views.saveTitle : asking.what === "rename" ? words.views.renameTitle : words.views.remove;
  return (
    <Modal opened onClose={close} title={title}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {removing ? (
            <Text>{words.views.removeSure(asking.view.name)}</Text>
          ) : (
            <TextInput label={words.views.name} required maxLength={MOST_CHARACTERS} value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong} data-autofocus />
          )}
          {removing && wrong && <Text c="var(--mantine-color-error)">{wrong}</Text>}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={busy} color={removing ? "red" : "blue"}>
              {removing ? words.views.remove : common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

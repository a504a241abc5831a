import { Button, Menu, Text, VisuallyHidden } from "@mantine/core";
import { IconBookmark, IconChevronDown } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import useSWR from "swr";
import { sentence } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { today } from "@/lib/format";
import { VIEWS } from "@/lib/keys";
import { may } from "@/lib/may";
import { tell, warn } from "@/lib/toast";
import type { Answer, Role } from "@/lib/types";
import { common } from "@/texts/common";
import { leads as words } from "@/texts/leads";
import { portable, type View } from "./useView";
import type { ViewAsked } from "./ViewDialog";

type Saved = Answer<"listViews">;
export type SavedView = Saved["data"][number];
type Asking = ViewAsked | null;

const ViewDialog = lazy(() => import("./ViewDialog").then((module) => ({ default: module.ViewDialog })));

/** Views that are always there, and those that the team saved by name. */
export function ViewsMenu({ view, me, role }: { view: View; me: string; role: Role }) {
  const { data, mutate } = useSWR<Saved>(VIEWS);
  const [pickedId, setPicked] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const saved = data?.data ?? [];
  const presets = presetsOf(me);
  const same = saved.find((one) => one.query === portable(view) || one.query === view.query);
  const picked = same ?? saved.find((one) => one.id === pickedId);
  const preset = Object.entries(presets).find(([, query]) => query === view.query)?.[0] as keyof typeof words.views.presets | undefined;
  const editor = may(role, "editor");

  async function update(one: SavedView) {
    try {
      await adminAPI.send("PATCH", `${VIEWS}/${one.id}`, { query: portable(view) });
      tell(words.views.saved(one.name));
      await mutate();
    } catch (error) {
      warn(common.failed, sentence(error));
    }
  }

  return (
    <>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />} rightSection={<IconChevronDown size={14} aria-hidden />}>
            {(picked || preset) && <VisuallyHidden>{words.views.label}: </VisuallyHidden>}
            {picked && !preset ? `${picked.name}${same ? "" : ` (${words.views.changed})`}` : preset ? words.views.presets[preset] : words.views.label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
          {Object.entries(presets).map(([name, query]) => (
            <Menu.Item key={name} onClick={() => view.show(query)}>
              {words.views.presets[name as keyof typeof words.views.presets]}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Label>{words.views.team}</Menu.Label>
          {saved.length === 0 && (
            <Text size="sm" c="dimmed" px="sm" pb="xs">
              {words.views.none}
            </Text>
          )}
          {saved.map((one) => (
            <Menu.Item
              key={one.id}
              onClick={() => {
                setPicked(one.id);
                view.show(one.query);
              }}
            >
              {one.name}
            </Menu.Item>
          ))}
          {editor && (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => setAsking({ what: "save" })}>{words.views.save}</Menu.Item>
              {picked && (
                <>
                  {!same && <Menu.Item onClick={() => void update(picked)}>{words.views.update(picked.name)}</Menu.Item>}
                  <Menu.Item onClick={() => setAsking({ what: "rename", view: picked })}>{words.views.rename}</Menu.Item>
                  <Menu.Item color="red" onClick={() => setAsking({ what: "remove", view: picked })}>
                    {words.views.remove}
                  </Menu.Item>
                </>
              )}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense>
      {asking && (
        <ViewDialog
          asking={asking}
          query={portable(view)}
          close={() => setAsking(null)}
          done={(id) => {
            setPicked(id);
            setAsking(null);
            void mutate();
          }}
        />
      )}
      </Suspense>
    </>
  );
}

function presetsOf(me: string): Record<keyof typeof words.views.presets, string> {
  const query = (filters: Record<string, string>) => new URLSearchParams(filters).toString();
  return {
    inbox: "",
    unread: query({ status: "in.(unread)" }),
    mine: query({ assignee: `in.(${/^[\w@+-]+$/.test(me) ? me : `"${me}"`})` }),
    due: query({ follow_up_date: `lte.${today()}`, status: "not.in.(archived)" }),
    urgent: query({ priority: "in.(urgent)", status: "not.in.(archived)" }),
    spam: query({ view: "spam" }),
  };
}

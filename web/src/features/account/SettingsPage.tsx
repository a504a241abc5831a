import { Input, SegmentedControl, Select, Stack, Switch, Text, Title, useMantineColorScheme } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { dateTime } from "@/lib/format";
import { may } from "@/lib/may";
import { usePreferences } from "@/lib/preferences";
import { useSession } from "@/lib/session";
import { account } from "@/texts/account";
import { common } from "@/texts/common";
import { Card } from "./Card";
import { ServiceCard } from "./ServiceCard";

const words = account.settings;

/** How one likes things, on this browser. */
export function SettingsPage() {
  const session = useSession();
  return (
    <Stack maw={760} gap="lg">
      <title>{`${common.pages.settings} · ${common.product}`}</title>
      <div>
        <Title order={1} size="h2">
          {common.pages.settings}
        </Title>
        <Text c="dimmed">{words.browser}</Text>
      </div>
      <Look />
      <Times />
      <Keyboard />
      {session && may(session.role, "admin") && <ServiceCard />}
    </Stack>
  );
}

function Look() {
  const [preferences, change] = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card title={words.look}>
      <Choice label={words.scheme} choices={words.schemes} value={colorScheme} onChange={setColorScheme} />
      <Choice label={words.density} choices={words.densities} value={preferences.density} onChange={(density) => change({ density })} />
    </Card>
  );
}

type ChoiceProps<Value extends string> = { label: string; choices: Record<Value, string>; value: Value; onChange: (value: Value) => void };

function Choice<Value extends string>({ label, choices, value, onChange }: ChoiceProps<Value>) {
  const data = (Object.keys(choices) as Value[]).map((one) => ({ value: one, label: choices[one] }));
  return (
    <Input.Wrapper label={label} labelElement="div">
      <div>
        <SegmentedControl aria-label={label} data={data} value={value} onChange={(chosen) => onChange(chosen as Value)} />
      </div>
    </Input.Wrapper>
  );
}

const MINUTE_MS = 60_000;
/** The choice that stands for the browser's own zone, which the preferences keep as an empty text. */
const OWN = "own";

function Times() {
  const [{ timeZone }, change] = usePreferences();
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  const zones = useMemo(() => zoneChoices(), []);
  return (
    <Card title={words.times}>
      <Select
        label={words.timeZone}
        description={words.timeZoneHint(dateTime(now))}
        data={zones}
        value={timeZone || OWN}
        onChange={(zone) => zone && change({ timeZone: zone === OWN ? "" : zone })}
        searchable
        allowDeselect={false}
        nothingFoundMessage={words.noTimeZone}
        limit={100}
        maw={420}
      />
    </Card>
  );
}

function zoneChoices(): { value: string; label: string }[] {
  const own = { value: OWN, label: words.ownTimeZone(new Intl.DateTimeFormat().resolvedOptions().timeZone) };
  const all = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
  return [own, ...all.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))];
}

function Keyboard() {
  const [{ shortcuts }, change] = usePreferences();
  return (
    <Card title={words.keyboard}>
      <Switch
        label={words.shortcuts}
        description={words.shortcutsHint}
        checked={shortcuts}
        onChange={(event) => change({ shortcuts: event.currentTarget.checked })}
      />
    </Card>
  );
}

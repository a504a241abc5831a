import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile, IconTerminal2 } from "@tabler/icons-react";
import { useState } from "react";
import { Time } from "@/components/Time";
import { readAgent } from "@/lib/agent";
import { warn } from "@/lib/toast";
import type { Answer } from "@/lib/types";
import { common } from "@/texts/common";
import { session as words } from "@/texts/session";
import { sentence } from "./ErrorState";

export type LoggedIn = Answer<"listSessions">["data"][number];

/** Where somebody is logged in. `own`: the one of this very page, which isn't ended here. `end` ends the one named. */
export function Sessions({ sessions, own, end }: { sessions: LoggedIn[]; own?: string | undefined; end: (id: string) => Promise<void> }) {
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
      {sessions.map((one) => (
        <Place key={one.id} session={one} own={one.id === own} end={end} />
      ))}
    </Stack>
  );
}

function Place({ session, own, end }: { session: LoggedIn; own: boolean; end: (id: string) => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const name = agentName(session.agent);
  const system = readAgent(session.agent)?.system;
  const Icon = !system ? IconTerminal2 : system === "iOS" || system === "Android" ? IconDeviceMobile : IconDeviceDesktop;

  async function endIt() {
    setBusy(true);
    try {
      await end(session.id);
    } catch (error) {
      warn(common.failed, sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Paper component="li" withBorder p="sm" radius="md" data-session={session.id}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Icon size={22} stroke={1.5} aria-hidden style={{ flexShrink: 0 }} />
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Text size="sm" fw={500} className="written">
                {name}
              </Text>
              {session.kind === "legacy token" && <Badge size="sm" variant="default" tt="none">{words.sessions.legacy}</Badge>}
            </Group>
            <Text size="xs" c="dimmed">
              {session.address} · {words.sessions.began} <Time at={session.issued_at} /> · {words.sessions.ends} <Time at={session.expires_at} />
            </Text>
          </div>
        </Group>
        {own ? (
          <Badge variant="dot" color="teal" tt="none" flex="none">
            {words.sessions.this}
          </Badge>
        ) : (
          <Button size="xs" variant="default" loading={busy} onClick={() => void endIt()} aria-label={words.sessions.endOne(name)} flex="none">
            {words.sessions.end}
          </Button>
        )}
      </Group>
    </Paper>
  );
}

function agentName(agent: string): string {
  const read = readAgent(agent);
  if (!read) return words.sessions.unknownAgent;
  return read.system ? words.sessions.on(read.browser, read.system) : read.browser;
}

import { Button, Group, Text } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { useState } from "react";
import { sentence } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { learn } from "@/lib/edits";
import { warn } from "@/lib/toast";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { replyAddress } from "./mail";
import { useEdit } from "./useEdit";
import { MOVES } from "./values";

/** Opens one's mail program; whether it was sent only the person knows, and is asked. */
export function Reply({ lead, editable }: { lead: Lead; editable: boolean }) {
  const [asking, setAsking] = useState(false);
  const edit = useEdit(lead);
  async function record(contacted: boolean) {
    setAsking(false);
    try {
      const { lead: now } = await adminAPI.addContact(lead.id, { channel: "email", note: words.reply.note });
      learn(now);
      touch({ mine: true });
      if (contacted) await edit({ status: "contacted" });
    } catch (error) {
      warn(common.failed, sentence(error));
    }
  }
  return (
    <>
      <Button component="a" size="xs" href={replyAddress(lead)} leftSection={<IconMail size={16} aria-hidden />} onClick={() => setAsking(editable)}>
        {words.reply.action}
      </Button>
      {asking && (
        <Group gap="xs" role="group" aria-label={words.reply.sent} w="100%">
          <Text size="sm">{words.reply.sent}</Text>
          {MOVES[lead.status].includes("contacted") && (
            <Button size="compact-sm" onClick={() => void record(true)}>
              {words.reply.contacted}
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={() => void record(false)}>
            {words.reply.record}
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => setAsking(false)}>
            {words.reply.no}
          </Button>
        </Group>
      )}
    </>
  );
}

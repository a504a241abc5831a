import { Button, Group, Text } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { useState } from "react";
import { sentence } from "@/components/ErrorState";
import { adminAPI } from "@/lib/api";
import { touch } from "@/lib/changes";
import { learn } from "@/lib/edits";
import { MOVES } from "@/lib/lifecycle";
import { tell, warn } from "@/lib/toast";
import type { Lead } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { replyAddress } from "./mail";
import { useEdit } from "./useEdit";

/** Opens one's mail program; whether it was sent only the person knows, and is asked. */
export function Reply({ lead, editable }: { lead: Lead; editable: boolean }) {
  const [asking, setAsking] = useState(false);
  const edit = useEdit();
  async function record(contacted: boolean) {
    setAsking(false);
    try {
      const { lead: now } = await adminAPI.addContact(lead.id, { channel: "email", note: words.reply.note });
      learn(now);
      // A move that fails says so itself.
      if (!contacted) tell(words.reply.noted);
      else if (await edit(now, { status: "contacted" })) tell(words.reply.notedAndMoved);
    } catch (error) {
      warn(common.failed, sentence(error));
    } finally {
      touch({ mine: true });
    }
  }
  return (
    <>
      <Button component="a" size="xs" href={replyAddress(lead)} leftSection={<IconMail size={16} aria-hidden />} onClick={() => setAsking(editable)}>
        {words.reply.action}
      </Button>
      {asking && (
        <Group gap="xs" role="group" aria-label={words.reply.sent} w="100%" style={{ order: 1 }}>
          <Text size="sm" role="status">
            {words.reply.sent}
          </Text>
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

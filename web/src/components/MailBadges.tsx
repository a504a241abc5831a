import { Badge, Group } from "@mantine/core";
import type { Mail } from "@/lib/types";
import { mail as words } from "@/texts/mail";
import classes from "./badges.module.css";

const COLORS: Record<Mail["state"], string> = { queued: "blue", sending: "blue", sent: "teal", failed: "red", skipped: "gray", merged: "gray" };

/** How far a mail is, and what became of it there. The words say it: the colours only help. */
export function MailBadges({ mail }: { mail: Mail }) {
  return (
    <Group gap={6} component="span" className={classes.badges ?? ""}>
      <Badge variant="dot" color={COLORS[mail.state]} tt="none" data-state={mail.state}>
        {words.states[mail.state]}
      </Badge>
      {mail.delivery && (
        <Badge variant="dot" color={mail.delivery === "delivered" ? "teal" : mail.delivery === "delayed" ? "yellow" : "red"} tt="none" data-delivery={mail.delivery}>
          {words.deliveries[mail.delivery]}
        </Badge>
      )}
      {mail.is_test && (
        <Badge variant="default" tt="none">
          {words.test}
        </Badge>
      )}
    </Group>
  );
}

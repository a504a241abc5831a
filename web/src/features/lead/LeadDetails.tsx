import { Stack, Text, Title } from "@mantine/core";
import { may } from "@/lib/may";
import type { Lead, Role } from "@/lib/types";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { Contacts } from "./Contacts";
import { Facts, Origin } from "./Facts";
import { Handling } from "./Handling";
import { History } from "./History";
import classes from "./lead.module.css";
import { Mails } from "./Mails";
import { Notes } from "./Notes";
import { Others } from "./Others";

/** All there is about a lead; in one column beside the table, in two on a page of its own. */
export function LeadDetails({ lead, role, wide = false }: { lead: Lead; role: Role; wide?: boolean }) {
  const editable = may(role, "editor");
  const left = (
    <Stack gap="lg">
      <Stack gap="xs" component="section" aria-label={words.message.title}>
        <Title order={2} size="h5">
          {lead.subject ?? common.type[lead.lead_type]}
        </Title>
        {lead.message ? (
          <Text size="sm" className={`written ${classes.message}`}>
            {lead.message}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {words.message.none}
          </Text>
        )}
      </Stack>
      <Handling lead={lead} editable={editable} />
      <Notes lead={lead} editable={editable} />
      <Contacts lead={lead} editable={editable} />
    </Stack>
  );
  const right = (
    <Stack gap="lg">
      <Facts lead={lead} />
      <Mails id={lead.id} editable={editable} />
      <Others lead={lead} />
      <Origin lead={lead} />
      <History id={lead.id} />
    </Stack>
  );
  return wide ? (
    <div className={classes.sides}>
      {left}
      {right}
    </div>
  ) : (
    <Stack gap="lg">
      {left}
      {right}
    </Stack>
  );
}

import { Anchor, Container, Group, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useNavigate, useParams } from "react-router";
import { may } from "@/lib/may";
import { leadPath, paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { Actions } from "./Actions";
import { Copy } from "./Facts";
import { Loading, Missing } from "./LeadDrawer";
import classes from "./lead.module.css";
import { LeadDetails } from "./LeadDetails";
import { Neighbours } from "./Neighbours";
import { Reply } from "./Reply";
import { useShownLead } from "./useShownLead";

/** A lead on a page of its own, whose address one can send to a colleague. */
export function LeadPage() {
  const session = useSession();
  const { id } = useParams();
  const navigate = useNavigate();
  const { lead, error, mutate } = useShownLead(id);
  if (!session) return null;
  const editable = may(session.role, "editor");
  return (
    <Container size="lg" px={0}>
      <title>{`${lead?.name ?? words.drawer} · ${common.product}`}</title>
      <Anchor component={Link} to={paths.leads} size="sm">
        <Group gap={4} component="span">
          <IconArrowLeft size={16} aria-hidden /> {words.back}
        </Group>
      </Anchor>
      {lead ? (
        <>
          <Group justify="space-between" my="md">
            <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
              {lead.name}
            </Title>
            <Group gap="xs" className={classes.main ?? ""}>
              <Reply key={lead.id} lead={lead} editable={editable} />
              <Copy text={`${window.location.origin}${leadPath(lead.id)}`} label={words.copyLink} />
              <Actions key={`actions-${lead.id}`} lead={lead} editable={editable} admin={may(session.role, "admin")} gone={() => void navigate(paths.leads)} />
              <Neighbours id={lead.id} go={(to) => void navigate(leadPath(to), { replace: true })} />
            </Group>
          </Group>
          <LeadDetails key={lead.id} lead={lead} role={session.role} wide />
        </>
      ) : (
        <>
          <Title order={1} size="h3" my="md">
            {words.drawer}
          </Title>
          {error ? <Missing error={error} retry={() => void mutate()} admin={may(session.role, "admin")} /> : <Loading />}
        </>
      )}
    </Container>
  );
}

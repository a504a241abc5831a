import { ActionIcon, Anchor, Drawer, Group, Skeleton, Stack, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconExternalLink } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { ErrorState } from "@/components/ErrorState";
import { may } from "@/lib/may";
import { OPEN_LEAD } from "@/lib/order";
import { Problem } from "@/lib/problem";
import { leadPath, paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { Actions } from "./Actions";
import { Copy } from "./Facts";
import classes from "./lead.module.css";
import { LeadDetails } from "./LeadDetails";
import { Neighbours } from "./Neighbours";
import { Reply } from "./Reply";
import { useShownLead } from "./useShownLead";

/** A lead beside the page one is on; which, says the address (`_lead`). The page beneath stays as it is, and can be used. */
export function LeadDrawer() {
  const session = useSession();
  const [parameters, setParameters] = useSearchParams();
  const { lead, error, mutate } = useShownLead(parameters.get(OPEN_LEAD));
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const set = (to: number | null) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        if (to === null) after.delete(OPEN_LEAD);
        else after.set(OPEN_LEAD, String(to));
        return after;
      },
      { replace: to !== null },
    );
  if (!session) return null;
  const editable = may(session.role, "editor");
  const admin = may(session.role, "admin");
  return (
    <Drawer.Root opened onClose={() => set(null)} position="right" size={phone ? "100%" : 560} lockScroll={phone} trapFocus={phone} closeOnClickOutside={false} shadow="xl">
      {phone && <Drawer.Overlay />}
      <Drawer.Content>
        {/* No banner of the page, which a header would be taken for. */}
        <Drawer.Header role="presentation">
          <Drawer.Title className={classes.title ?? ""}>{lead?.name ?? words.drawer}</Drawer.Title>
          <Drawer.CloseButton aria-label={common.close} />
        </Drawer.Header>
        <Drawer.Body>
          {lead ? (
            <Stack key={lead.id} gap="md">
              <Group gap="xs" className={classes.main ?? ""}>
                <Reply lead={lead} editable={editable} />
                <Actions lead={lead} editable={editable} admin={admin} gone={() => set(null)} />
                <Tooltip label={words.page}>
                  <ActionIcon component={Link} to={leadPath(lead.id)} variant="default" size={30} aria-label={words.page}>
                    <IconExternalLink size={16} aria-hidden />
                  </ActionIcon>
                </Tooltip>
                <Copy text={`${window.location.origin}${leadPath(lead.id)}`} label={words.copyLink} />
                <Group ml="auto">
                  <Neighbours id={lead.id} go={set} />
                </Group>
              </Group>
              <LeadDetails lead={lead} role={session.role} />
            </Stack>
          ) : error ? (
            <Missing error={error} retry={() => void mutate()} admin={admin} />
          ) : (
            <Loading />
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

export function Missing({ error, retry, admin }: { error: unknown; retry: () => void; admin: boolean }) {
  return (
    <>
      <ErrorState error={error} retry={retry} />
      {admin && error instanceof Problem && error.notFound && (
        <Anchor component={Link} to={paths.trash}>
          {words.trashLink}
        </Anchor>
      )}
    </>
  );
}

export function Loading() {
  return (
    <Stack role="status" aria-label={common.loading}>
      <Skeleton height={24} width="60%" />
      <Skeleton height={120} />
      <Skeleton height={180} />
    </Stack>
  );
}

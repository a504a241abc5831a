import { ActionIcon, Anchor, Drawer, Group, Skeleton, Stack, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconExternalLink } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { ErrorState } from "@/components/ErrorState";
import { useLead } from "@/hooks/useLead";
import { may } from "@/lib/may";
import { OPEN_LEAD } from "@/lib/order";
import { Problem } from "@/lib/problem";
import { leadPath, paths } from "@/lib/routes";
import { useSession } from "@/lib/session";
import { common } from "@/texts/common";
import { lead as words } from "@/texts/lead";
import { Actions } from "./Actions";
import classes from "./lead.module.css";
import { LeadDetails } from "./LeadDetails";
import { Neighbours } from "./Neighbours";
import { Reply } from "./Reply";

/** A lead beside the page one is on; which, says the address (`_lead`). The page beneath stays as it is, and can be used. */
export function LeadDrawer() {
  const session = useSession();
  const [parameters, setParameters] = useSearchParams();
  const id = Number(parameters.get(OPEN_LEAD));
  const { lead, error, mutate } = useLead(Number.isSafeInteger(id) && id > 0 ? id : null);
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
  return (
    <Drawer.Root opened onClose={() => set(null)} size={phone ? "100%" : 560} lockScroll={phone} trapFocus={phone} closeOnClickOutside={false} shadow="xl">
      {phone && <Drawer.Overlay />}
      <Drawer.Content>
        {/* No banner of the page, which a header would be taken for. */}
        <Drawer.Header role="presentation">
          <Drawer.Title className={classes.title ?? ""}>{lead?.name ?? words.drawer}</Drawer.Title>
          <Drawer.CloseButton aria-label={common.close} />
        </Drawer.Header>
        <Drawer.Body>
      <Stack gap="md">
        {lead && (
          <Group gap="xs">
            <Reply key={lead.id} lead={lead} editable={editable} />
            <Actions lead={lead} editable={editable} admin={may(session.role, "admin")} gone={() => set(null)} />
            <Tooltip label={words.page}>
              <ActionIcon component={Link} to={leadPath(lead.id)} variant="default" size={30} aria-label={words.page}>
                <IconExternalLink size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Group ml="auto">
              <Neighbours id={lead.id} go={set} />
            </Group>
          </Group>
        )}
        {lead ? <LeadDetails lead={lead} role={session.role} /> : error ? <Missing error={error} retry={() => void mutate()} admin={may(session.role, "admin")} /> : <Loading />}
      </Stack>
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

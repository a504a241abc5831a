import type { Mail } from "@/lib/types";

/** A mail as the outbox would show it. */
export function aMail(some: Partial<Mail> = {}): Mail {
  return {
    id: 1, kind: "acknowledgement", state: "sent", lead_id: 7, recipient: "jane@example.com", subject: "We have received your message", is_test: false,
    created_at: "2026-11-20T10:00:00+00:00", due_at: "2026-11-20T10:00:00+00:00", attempts: 1, ended_at: "2026-11-20T10:00:01+00:00", error: null,
    merged_into: null, transport: "mailbox", provider_id: "1", delivery: null, delivery_at: null, delivery_detail: null, opened: 0, last_opened_at: null,
    stopped: null, ...some,
  };
}

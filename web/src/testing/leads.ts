import type { Lead } from "@/lib/types";

/** A lead as the service would show it. */
export function aLead(some: Partial<Lead> = {}): Lead {
  return {
    id: 1, reference: "40d70640-328a-4ad8-91ea-97a651e75589", name: "Jane Doe", email: "jane@example.com", subject: "Hello", message: "How are you?",
    company: "ACME", phone: null, lead_type: "contact", status: "unread", priority: "medium", metadata: {}, created_at: "2026-11-20T10:00:00+00:00",
    updated_at: "2026-11-20T10:00:00+00:00", timestamp: "2026-11-20T10:00:00+00:00", flagged: false, role: null, form_type: "contact", quality_score: null,
    internal_notes: null, tags: [], contact_history: [], follow_up_date: null, last_contacted: null, source: "newsletter", first_response_at: null,
    consent: null, is_spam: false, deleted_at: null, version: 1, assignee: null, ...some,
  } as Lead;
}

/** SWR's keys are the API's URLs, so that what changed names what to read again. */
export const STATS = "/admin/leads/stats";
export const CHOICES = "/admin/leads/choices";
export const VIEWS = "/admin/views";
export const MAIL = "/admin/mail";
export const MAIL_STATUS = "/admin/mail/status";
export const MAIL_TEMPLATES = "/admin/mail/templates";
export const ME = "/admin/me";

export function leadKey(id: number): string {
  return `/admin/leads/${id}`;
}

/** Everything that a change of some lead may change: lists, counts, KPIs, the lead itself, the story of what was done, and mail about it. */
export function isInbox(key: unknown): boolean {
  return typeof key === "string" && /^\/admin\/(leads|operations|audit|mail)\b/.test(key);
}

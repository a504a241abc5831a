/** The dashboard's pages. The service answers just these paths with the page (service/routes/site.py); a test holds the two together. */
export const paths = {
  overview: "/",
  login: "/login",
  leads: "/leads",
  lead: "/leads/:id",
  trash: "/trash",
  operations: "/operations",
  audit: "/audit",
  mail: "/mail",
  mailTemplates: "/mail/templates",
  people: "/people",
  keys: "/keys",
  account: "/account",
  settings: "/settings",
} as const;

export function leadPath(id: number): string {
  return `/leads/${id}`;
}

/** The table with these filters: what stands behind `?` there is what stands behind `?` in the API's list. */
export function leadsPath(filters: Record<string, string> = {}): string {
  const query = new URLSearchParams(filters).toString();
  return query ? `${paths.leads}?${query}` : paths.leads;
}

/** Where one is logged in: the key of its reading. */
export const SESSIONS = "/admin/sessions";

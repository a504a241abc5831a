import type { Answer } from "@/lib/types";

export type Users = Answer<"listUsers">;
export type UserListed = Users["data"][number];

/** Who may log in: the key of its reading. */
export const USERS = "/admin/users";
/** The bytes of a password that is made up: as many as the service takes for one of its own. */
const PASSWORD_BYTES = 12;

export function userUrl(username: string): string {
  return `${USERS}/${encodeURIComponent(username)}`;
}

/** A password to be handed over: 96 random bits, in letters that stand in any form. */
export function makePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

import type { Role } from "./types";

const RANK: Record<Role, number> = { analyst: 0, viewer: 1, editor: 2, admin: 3 };

/** Whether a role is let do what asks for another one. The service decides it again; this only spares people a refusal. */
export function may(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

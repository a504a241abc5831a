import type { Answer } from "@/lib/types";

export type Keys = Answer<"listKeys">;
export type Key = Keys["data"][number];
export type Scope = Key["scope"];

/** The keys of programs: the key of their reading. */
export const KEYS = "/admin/keys";

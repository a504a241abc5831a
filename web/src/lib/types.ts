/** The API's shapes, under the names that people use; all from its own contract. */
import type { components, operations } from "./api-types";

type Schemas = components["schemas"];

// The contract leaves open what these hold; this is what the service stores in them.
export type Contact = { at: string; by: string; channel: string; note: string | null };
export type Metadata = {
  ip_address?: string;
  user_agent?: string;
  referer?: string;
  origin?: string;
  utm?: Record<string, string>;
  extra?: Record<string, unknown>;
} & Record<string, unknown>;

export type Lead = Omit<Schemas["Lead"], "metadata" | "contact_history"> & { metadata: Metadata; contact_history: Contact[] };
export type LeadPage = Omit<Schemas["LeadPage"], "data"> & { data: Lead[] };
export type FoundLead = Lead & { snippet: string; score: number };
export type FoundPage = Omit<LeadPage, "data"> & { data: FoundLead[] };
export type LeadByHand = Schemas["LeadByHand"];
export type LeadCorrection = Schemas["LeadCorrection"];
export type LeadStats = Schemas["LeadStats"];
export type LeadStatus = Schemas["LeadStatus"];
export type LeadPriority = Schemas["LeadPriority"];
export type LeadType = Schemas["LeadType"];
export type Mail = Schemas["Mail"];
export type MailKind = Schemas["MailKind"];
export type MailState = Schemas["MailState"];
export type Role = Schemas["Role"];
export type User = Schemas["User"];
export type Token = Schemas["Token"];
export type Answer<Operation extends keyof operations> = operations[Operation] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

import type { Lead } from "./types";

export type FieldError = { field: string; code: string; message: string };

/** A refusal or failure of the API: RFC 9457's problem+json, or status 0 when no answer came at all. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  /** Of a 409 and some 422: what would do. */
  readonly allowed: string[];
  /** Of a 412: the lead as it is now. */
  readonly current: Lead | undefined;
  /** Seconds to wait, from Retry-After. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, body: Partial<ProblemBody>, retryAfter?: number) {
    super(body.detail ?? body.title ?? "");
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
    this.allowed = body.allowed ?? [];
    this.current = body.current;
    this.retryAfter = retryAfter;
    this.requestId = body.request_id;
  }

  /** Whether the request may never have reached the service, or its answer never reached us. */
  get offline(): boolean {
    return this.status === 0;
  }

  get notFound(): boolean {
    return this.status === 404;
  }

  /** Somebody else changed the lead meanwhile; `current` is how it is now. */
  get conflict(): boolean {
    return this.status === 412;
  }

  /** What is wrong with each field, by its name. */
  get fields(): Record<string, string> {
    return Object.fromEntries(this.errors.map((error) => [error.field, error.message]));
  }
}

type ProblemBody = {
  title: string;
  detail: string;
  code: string;
  errors: FieldError[];
  allowed: string[];
  current: Lead;
  request_id: string;
};

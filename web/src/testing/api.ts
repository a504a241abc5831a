/** What the service would answer, for tests of components; whole flows are tested against the real one, in a real browser. */
type Sent = { method: string; url: string; body: unknown; headers: Headers };
type Reply = { status?: number; body?: unknown; headers?: Record<string, string> } | "offline";
type Handler = Reply | ((sent: Sent) => Reply | Promise<Reply>);

const handlers = new Map<string, Handler>();
const requests: Sent[] = [];

export const api = {
  /** `on("GET /admin/me", {body: ...})`. Without a query in it, it answers the path with any query. */
  on: (what: string, handler: Handler) => void handlers.set(what, handler),
  sent: (what: string): Sent[] => requests.filter(({ method, url }) => what === `${method} ${url}` || what === `${method} ${url.split("?")[0]}`),
  reset: () => {
    handlers.clear();
    requests.length = 0;
  },
  fetch: async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = String(input);
    const method = init.method ?? "GET";
    const sent = { method, url, body: init.body ? (JSON.parse(String(init.body)) as unknown) : undefined, headers: new Headers(init.headers) };
    requests.push(sent);
    const handler = handlers.get(`${method} ${url}`) ?? handlers.get(`${method} ${url.split("?")[0]}`);
    if (!handler) throw new Error(`No answer was prepared for ${method} ${url}.`);
    const reply = typeof handler === "function" ? await handler(sent) : handler;
    if (reply === "offline") throw new TypeError("Failed to fetch");
    const { status = 200, body = {}, headers = {} } = reply;
    return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
  },
};

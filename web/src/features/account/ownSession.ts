/** The id under which the service lists a token (its claim jti); none of one that says nothing. It is only to mark it in a list. */
export function sessionId(token: string): string | undefined {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return (JSON.parse(atob(payload)) as { jti?: string }).jti;
  } catch {
    return undefined;
  }
}

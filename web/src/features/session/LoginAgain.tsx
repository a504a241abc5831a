export function LoginAgain(_: { username: string }) { return null; }

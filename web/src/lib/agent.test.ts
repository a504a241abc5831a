import { expect, it } from "vitest";
import { readAgent } from "./agent";

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", { browser: "Chrome", system: "Linux" }],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", { browser: "Edge", system: "Windows" }],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", { browser: "Safari", system: "macOS" }],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", { browser: "Safari", system: "iOS" }],
  ["Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", { browser: "Firefox", system: "Android" }],
  ["curl/8.5.0", { browser: "curl/8.5.0" }],
  ["x".repeat(500), { browser: "x".repeat(60) }],
  ["", null],
])("%s", (agent, read) => {
  expect(readAgent(agent)).toEqual(read);
});

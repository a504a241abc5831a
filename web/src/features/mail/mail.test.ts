import { expect, it } from "vitest";
import { aMail } from "@/testing/mails";
import { canRetry, filterOf, mailsUrl, whyNoContent } from "./mail";

it("shows what the address names, and all for what it doesn't know", () => {
  expect(filterOf(new URLSearchParams("show=failed"))).toBe("failed");
  expect(filterOf(new URLSearchParams("show=toString"))).toBe("all");
  expect(filterOf(new URLSearchParams())).toBe("all");
});

it("asks for the API's states", () => {
  expect(mailsUrl("all")).toBe("/admin/mail");
  expect(mailsUrl("waiting")).toBe("/admin/mail?state=queued,sending");
});

it("offers another try of what is not on its way, gone out, or part of another", () => {
  const states = ["queued", "sending", "sent", "failed", "skipped", "merged"] as const;
  expect(states.filter((state) => canRetry(aMail({ state })))).toEqual(["queued", "failed", "skipped"]);
});

it("tells of an erased person only where there was one", () => {
  expect(whyNoContent(aMail({ state: "sent" }))).toBe("erased");
  expect(whyNoContent(aMail({ state: "queued", attempts: 0 }))).toBe("notMade");
  // A worker has just taken it, and is putting it together.
  expect(whyNoContent(aMail({ state: "sending", attempts: 1 }))).toBe("notMade");
  // Its template could not be used, or its address; or it was made, and somebody in it was erased since.
  expect(whyNoContent(aMail({ state: "failed", attempts: 1 }))).toBe("none");
  expect(whyNoContent(aMail({ state: "skipped", attempts: 0 }))).toBe("never");
  expect(whyNoContent(aMail({ state: "merged", attempts: 0 }))).toBe(null);
});

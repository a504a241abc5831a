import { describe, expect, it } from "vitest";
import { aLead } from "@/testing/leads";
import { replyAddress } from "./mail";

function parts(address: string) {
  const query = new URLSearchParams(address.slice(address.indexOf("?") + 1).replaceAll("+", "%2B"));
  return { to: decodeURIComponent(address.slice("mailto:".length, address.indexOf("?"))), subject: query.get("subject"), body: query.get("body") };
}

describe("a reply", () => {
  it("goes to the visitor, and quotes each line of theirs", () => {
    const { to, subject, body } = parts(replyAddress(aLead({ email: "o'hara+x@example.com", subject: "A & B?", message: "one\r\ntwo\rthree" })));
    expect(to).toBe("o'hara+x@example.com");
    expect(subject).toBe("Re: A & B?");
    expect(body).toMatch(/^\r\n\r\nOn 20 Nov 2026, Jane Doe wrote:\r\n> one\r\n> two\r\n> three$/);
  });

  it("answers an answer without another Re:", () => {
    expect(parts(replyAddress(aLead({ subject: "RE: Hello" }))).subject).toBe("RE: Hello");
  });

  it("to nothing said has nothing to quote", () => {
    expect(replyAddress(aLead({ subject: null, message: null }))).toBe("mailto:jane%40example.com?subject=");
  });

  it("can add no header and no second address", () => {
    const address = replyAddress(aLead({ email: "a@b.example?cc=evil@x.example&body=x", subject: "x\r\nBcc: evil@x.example" }));
    expect([...new URLSearchParams(address.slice(address.indexOf("?") + 1)).keys()]).toEqual(["subject", "body"]);
    expect(parts(address).subject).toBe("Re: x Bcc: evil@x.example");
  });

  it.each([
    ["of ASCII", "x", 10_000],
    ["of which each character takes nine", "語", 10_000],
    ["outside the first plane", "🙂", 5000],
  ])("to a message %s stays below 2,000 characters, and ends with a whole one", (_, character, count) => {
    const address = replyAddress(aLead({ subject: character.repeat(150), message: character.repeat(count) }));
    expect(address.length).toBeLessThan(2000);
    expect(address.length).toBeGreaterThan(1850);
    const { subject, body } = parts(address);
    expect(subject).toMatch(new RegExp(`^Re: (${character})+( …)?$`, "u"));
    expect(body).toMatch(new RegExp(`> (${character})+ …$`, "u"));
  });
});

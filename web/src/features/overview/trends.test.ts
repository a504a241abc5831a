import { describe, expect, it } from "vitest";
import { duration } from "@/lib/format";
import { overview as words } from "@/texts/overview";
import { behind, countChange, shareChange, shareOf, sourceFilter, timeChange, waitFilter } from "./trends";

const PERIOD = { from: "2026-10-24T22:00:00+00:00", until: "2026-11-23T12:00:00+00:00" };

describe("the way to the leads behind a number", () => {
  it("is the period, from its first moment to before its last, in a form that survives an address", () => {
    const asked = new URL(behind(PERIOD, sourceFilter("a,b (c)&d")), "http://site").searchParams;
    expect([...asked]).toEqual([
      ["created_at", `gte.${PERIOD.from}`],
      ["created_at", `lt.${PERIOD.until}`],
      ["source", "eq.a,b (c)&d"],
    ]);
  });

  it("finds those that name no source", () => {
    expect(sourceFilter("unknown")).toEqual([["or", "(source.eq.unknown,and(source.is.null,metadata->>ip_address.is.null))"]]);
    expect(sourceFilter("direct")).toEqual([["or", "(source.eq.direct,and(source.is.null,metadata->>ip_address.not.is.null))"]]);
  });
});

it("finds those that waited as long as a bar means, its end left out", () => {
  expect(waitFilter({ from_seconds: 0, to_seconds: 3600, leads: 1 })).toEqual([["response_seconds", "lt.3600"]]);
  expect(waitFilter({ from_seconds: 3600, to_seconds: 14400, leads: 1 })).toEqual([["response_seconds", "gte.3600"], ["response_seconds", "lt.14400"]]);
  expect(waitFilter({ from_seconds: 86400, to_seconds: null, leads: 1 })).toEqual([["response_seconds", "gte.86400"]]);
});

describe("a change", () => {
  it.each([
    [{ count: 5, previous: 0, change_percent: null }, { text: words.change.none, direction: "same", arrow: null }],
    [{ count: 0, previous: 0, change_percent: 0 }, { text: words.change.same, direction: "same", arrow: null }],
    [{ count: 3, previous: 2, change_percent: 50 }, { text: words.change.more("50\u00a0%"), direction: "better", arrow: "up" }],
    [{ count: 1, previous: 2, change_percent: -50 }, { text: words.change.less("50\u00a0%"), direction: "worse", arrow: "down" }],
  ])("of a count, %o", (counted, change) => {
    expect(countChange(counted)).toEqual(change);
  });

  it("of a share is in points, and less than half a point is none", () => {
    expect(shareChange({ value: 0.5, previous: 0.25 })).toEqual({ text: words.change.up("25"), direction: "better", arrow: "up" });
    expect(shareChange({ value: 0.2, previous: 0.25 })).toEqual({ text: words.change.down("5"), direction: "worse", arrow: "down" });
    expect(shareChange({ value: 0.254, previous: 0.25 }).direction).toBe("same");
    expect(shareChange({ value: 0.5, previous: null }).text).toBe(words.change.none);
  });

  it("of a time is for the better when there is less of it, and under a minute none", () => {
    expect(timeChange(3600, 7200, duration)).toEqual({ text: words.change.faster("1 h"), direction: "better", arrow: "down" });
    expect(timeChange(7200, 3600, duration)).toEqual({ text: words.change.slower("1 h"), direction: "worse", arrow: "up" });
    expect(timeChange(100, 130, duration).text).toBe(words.change.sameTime);
    expect(timeChange(null, 130, duration).text).toBe(words.change.none);
  });
});

it("has no share of nothing", () => {
  expect(shareOf(0, 0)).toBe("–");
  expect(shareOf(1, 3)).toBe("33.3\u00a0%");
});

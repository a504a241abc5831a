import { describe, expect, it } from "vitest";
import { type Group, readArray, readCondition, readFilters, readList, writeArray, writeCondition, writeGroup, writeList } from "./filters";

const NASTY = ["plain", "Roe, Sons", 'say "hi"', "back\\slash", "(a)", "{b}", "a.b", "eq.is.it", "", " ", "zoë", "a:b", "%", "*", "null"];

describe("a condition", () => {
  it.each([
    ["unread", { not: false, operator: "eq", value: "unread" }],
    ["eq.unread", { not: false, operator: "eq", value: "unread" }],
    ["eq.eq.is.it", { not: false, operator: "eq", value: "eq.is.it" }],
    ["not.in.(a,b)", { not: true, operator: "in", value: "(a,b)" }],
    ["not.is.null", { not: true, operator: "is", value: "null" }],
    ["like(any).{Jane*,John*}", { not: false, operator: "like(any)", value: "{Jane*,John*}" }],
    ["wfts(english).house -garden", { not: false, operator: "wfts(english)", value: "house -garden" }],
    ["gte.2026-11-01T00:00:00.5Z", { not: false, operator: "gte", value: "2026-11-01T00:00:00.5Z" }],
    ["no.operator", { not: false, operator: "eq", value: "no.operator" }],
    ["", { not: false, operator: "eq", value: "" }],
  ])("%j is read, and means the same when it is written", (text, means) => {
    const read = readCondition("company", text);
    expect(read).toEqual({ column: "company", ...means });
    expect(readCondition("company", writeCondition(read))).toEqual(read);
  });
});

it("lists and arrays hold any text", () => {
  expect(readList(writeList(NASTY))).toEqual(NASTY);
  expect(readArray(writeArray(NASTY))).toEqual(NASTY);
  expect(readList("()")).toEqual([]);
  expect(readArray("{vip,\"a,b\"}")).toEqual(["vip", "a,b"]);
});

it("trees are read and written, whatever stands in them", () => {
  const group: Group = {
    kind: "or",
    not: false,
    items: [
      ...NASTY.filter((value) => value !== "").map((value) => ({ column: "company", not: false, operator: "eq", value })),
      { column: "status", not: true, operator: "in", value: "(unread,processing)" },
      { kind: "and", not: true, items: [{ column: "tags", not: false, operator: "cs", value: '{"a,b"}' }, { column: "email", not: false, operator: "is", value: "null" }] },
    ],
  };
  const [name, text] = writeGroup(group);
  const [filter] = readFilters(new URLSearchParams([[name, text]]));
  expect(filter!.means).toEqual(group);
});

it("what is not about a column is no filter; what can't be read stays as it is", () => {
  const query = new URLSearchParams("q=x&view=trash&order=name&limit=5&_columns=name&status=eq.unread&or=broken&and=(x)");
  expect(readFilters(query)).toEqual([
    { name: "status", text: "eq.unread", means: { column: "status", not: false, operator: "eq", value: "unread" } },
    { name: "or", text: "broken", means: null },
    { name: "and", text: "(x)", means: null },
  ]);
});

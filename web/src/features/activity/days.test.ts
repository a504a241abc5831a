import { expect, it } from "vitest";
import { beginOf, endOf } from "./days";

it.each([
  ["2026-11-23", "UTC", "2026-11-23T00:00:00.000Z", "2026-11-24T00:00:00.000Z"],
  ["2026-11-23", "Europe/Berlin", "2026-11-22T23:00:00.000Z", "2026-11-23T23:00:00.000Z"],
  ["2026-11-23", "Asia/Kolkata", "2026-11-22T18:30:00.000Z", "2026-11-23T18:30:00.000Z"],
  ["2026-11-23", "America/New_York", "2026-11-23T05:00:00.000Z", "2026-11-24T05:00:00.000Z"],
  // Clocks go forward: a day of 23 hours; and back: one of 25.
  ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
  ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
  ["2026-03-08", "America/New_York", "2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z"],
  ["2026-12-31", "Pacific/Auckland", "2026-12-30T11:00:00.000Z", "2026-12-31T11:00:00.000Z"],
])("%s in %s", (day, zone, begin, end) => {
  expect([beginOf(day, zone), endOf(day, zone)]).toEqual([begin, end]);
});

it.each(["", "2026-02-30", "2026-13-01", "soon", "2026-1-1"])("%j is no day", (text) => {
  expect([beginOf(text, "UTC"), endOf(text, "UTC")]).toEqual([null, null]);
});

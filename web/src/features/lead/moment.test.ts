import { expect, it } from "vitest";
import { momentOf } from "./moment";

it.each([
  ["2026-12-01T10:00", "UTC", "2026-12-01T10:00:00.000Z"],
  ["2026-12-01T10:00", "Europe/Berlin", "2026-12-01T09:00:00.000Z"],
  ["2026-07-01T10:00", "America/New_York", "2026-07-01T14:00:00.000Z"],
  ["2026-12-01T00:15", "Asia/Kolkata", "2026-11-30T18:45:00.000Z"],
  // Clocks go forward at 02:00 and back at 03:00.
  ["2026-03-29T01:30", "Europe/Berlin", "2026-03-29T00:30:00.000Z"],
  ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
  ["2026-10-25T03:30", "Europe/Berlin", "2026-10-25T02:30:00.000Z"],
])("%s in %s is %s", (local, zone, moment) => {
  expect(momentOf(local, zone)).toBe(moment);
});

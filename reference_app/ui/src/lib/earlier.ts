import { aheadMs, fromZonedInput } from "./zonedInput.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How much earlier, and about how long that is in milliseconds. */
const STRETCHES = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

export type Stretch = keyof typeof STRETCHES;

/**
 * A moment an hour, a day, a week or a month earlier, at the same time of day by the clock of a time zone. A month
 * before 31 March is the last day of February.
 */
export function earlier(at: number, by: Stretch, zone: string): number {
  if (by === "hour") return at - HOUR_MS;
  const wall = new Date(at + aheadMs(at, zone));
  if (by === "month") {
    const day = wall.getUTCDate();
    wall.setUTCDate(1);
    wall.setUTCMonth(wall.getUTCMonth() - 1);
    const days = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
    wall.setUTCDate(Math.min(day, days));
  } else wall.setTime(wall.getTime() - STRETCHES[by]);
  return Date.parse(fromZonedInput(wall.toISOString().slice(0, 19), zone) ?? "");
}

/** Whether a frame may stand for a moment so much earlier: it is off by a tenth of that at most. */
export function standsFor(by: Stretch, distanceSeconds: number): boolean {
  return Math.abs(distanceSeconds) * 1000 <= STRETCHES[by] / 10;
}

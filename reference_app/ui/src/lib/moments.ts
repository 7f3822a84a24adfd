import { i18n } from "@lingui/core";

/** The index of the value that is nearest to another, of values in ascending order; -1 if there is none. */
export function nearestTo(values: readonly number[], wanted: number): number {
  let best = -1;
  for (const [index, value] of values.entries())
    if (best < 0 || Math.abs(value - wanted) < Math.abs((values[best] ?? value) - wanted)) best = index;
  return best;
}

const DAY_MS = 86_400_000;

/** The clock of a place as the server wrote it: `2026-11-23T00:00:00+01:00` is one hour ahead of UTC. */
export function offsetMs(iso: string): number {
  const found = /([+-])(\d\d):(\d\d)$/.exec(iso);
  if (found === null) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return (found[1] === "-" ? -minutes : minutes) * 60_000;
}

/** A moment by a clock that is so far ahead of UTC: "14:32:05". */
export function clockTime(at: number, offset: number): string {
  return new Date(at + offset).toISOString().slice(11, 19);
}

/** A day by a clock that is so far ahead of UTC: "Mon, 23 Nov 2026". */
export function dayName(at: number, offset: number): string {
  return i18n.date(at + offset, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}

/** A day with its number of frames. */
export interface Day {
  readonly at: string;
  readonly frames: number;
}

/** All days from the first to the last, those without a frame included; both ends have frames. */
export function calendar(days: readonly Day[]): Day[] {
  const found: Day[] = [];
  for (const day of days) {
    const before = found.at(-1);
    const missing = before ? Math.round((Date.parse(day.at) - Date.parse(before.at)) / DAY_MS) - 1 : 0;
    for (let number = 1; before && number <= missing; number += 1) {
      const at = Date.parse(before.at) + number * DAY_MS;
      const offset = offsetMs(before.at);
      found.push({ at: new Date(at + offset).toISOString().slice(0, 19) + before.at.slice(19), frames: 0 });
    }
    found.push(day);
  }
  return found;
}

/** The beginning and the end of the day that a moment is in; null if it is in none. */
export function dayOf(
  days: readonly Day[],
  moment: number,
): { from: number; to: number; offset: number } | null {
  const index = days.findLastIndex((day) => Date.parse(day.at) <= moment);
  const day = days[index];
  if (day === undefined) return null;
  const from = Date.parse(day.at);
  const following = days[index + 1];
  const to = following ? Date.parse(following.at) : from + DAY_MS;
  return { from, to, offset: offsetMs(day.at) };
}

const HOUR_MS = 3_600_000;

/** The whole hours of a day's clock from the first of these moments to the last; the whole day without a moment. */
export function hoursOf(
  day: { readonly from: number; readonly to: number; readonly offset: number },
  moments: readonly number[],
): { from: number; to: number } {
  const first = moments[0];
  const last = moments.at(-1);
  if (first === undefined || last === undefined) return { from: day.from, to: day.to };
  const begin = Math.floor((first + day.offset) / HOUR_MS) * HOUR_MS - day.offset;
  const end = (Math.floor((last + day.offset) / HOUR_MS) + 1) * HOUR_MS - day.offset;
  return { from: Math.max(begin, day.from), to: Math.min(end, day.to) };
}

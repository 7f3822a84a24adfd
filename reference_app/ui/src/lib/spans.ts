const HOUR_MS = 3_600_000;

/** How far back a timeline looks. */
export const SPANS = ["hour", "day", "week", "month"] as const;
export type Span = (typeof SPANS)[number];

const LENGTHS: Record<Span, number> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
};

/** The stretch of that length which ends now (milliseconds), in whole minutes: asked twice it is the same. */
export function spanOf(span: Span, now: number): { since: string; until: string } {
  const until = Math.ceil(now / 60_000) * 60_000;
  return { since: new Date(until - LENGTHS[span]).toISOString(), until: new Date(until).toISOString() };
}

const HOUR_MS = 3_600_000;

/** The time ranges of a timeline. */
export const SPANS = ["hour", "day", "week", "month"] as const;
export type Span = (typeof SPANS)[number];

const LENGTHS: Record<Span, number> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
};

/** The time range that ends now (milliseconds), in whole minutes, so that repeated calls return the same. */
export function spanOf(span: Span, now: number): { since: string; until: string } {
  const until = Math.ceil(now / 60_000) * 60_000;
  return { since: new Date(until - LENGTHS[span]).toISOString(), until: new Date(until).toISOString() };
}

/**
 * What we know of the server's clock: its lead over ours lies between two bounds, in milliseconds.
 * Each answer's Date header narrows them, so that stall judgements do not depend on a right clock here.
 */
export interface ClockBounds {
  readonly low: number;
  readonly high: number;
}

/** One observation: when we asked, when the answer came (our clock) and the Date it carried. Milliseconds. */
export interface ClockSample {
  readonly sent: number;
  readonly received: number;
  readonly serverDate: number;
}

/** Date has whole seconds, and servers refresh it once a second only: it may lag the truth by so much. */
const DATE_LAG = 2000;

/** Narrows the bounds by a sample; when both cannot be true a clock was set anew, and the sample wins. */
export function narrow(known: ClockBounds | null, sample: ClockSample): ClockBounds {
  const seen = { low: sample.serverDate - sample.received, high: sample.serverDate + DATE_LAG - sample.sent };
  if (known === null) return seen;
  const low = Math.max(known.low, seen.low);
  const high = Math.min(known.high, seen.high);
  return low <= high ? { low, high } : seen;
}

/** Our best guess of the server's lead; zero while it knows nothing or zero is possible. Milliseconds. */
export function lead(known: ClockBounds | null): number {
  if (known === null || (known.low <= 0 && known.high >= 0)) return 0;
  return (known.low + known.high) / 2;
}

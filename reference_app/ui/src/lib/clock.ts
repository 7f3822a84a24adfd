/**
 * The estimate of the server's clock: its lead over the local clock lies between two bounds, in milliseconds.
 * Each response's Date header narrows them, so that liveness does not depend on the local clock.
 */
export interface ClockBounds {
  readonly low: number;
  readonly high: number;
}

/** One sample: when the request was sent and answered (local clock) and the response's Date. Milliseconds. */
export interface ClockSample {
  readonly sent: number;
  readonly received: number;
  readonly serverDate: number;
}

/** Date has whole seconds, and servers update it once a second: it may lag by this much. */
const DATE_LAG = 2000;

/** Narrows the bounds by a sample. When they contradict each other, a clock was changed and the sample wins. */
export function narrow(known: ClockBounds | null, sample: ClockSample): ClockBounds {
  const sampled = {
    low: sample.serverDate - sample.received,
    high: sample.serverDate + DATE_LAG - sample.sent,
  };
  if (known === null) return sampled;
  const low = Math.max(known.low, sampled.low);
  const high = Math.min(known.high, sampled.high);
  return low <= high ? { low, high } : sampled;
}

/** The estimated lead of the server's clock. Zero while nothing is known or zero is possible. Milliseconds. */
export function lead(known: ClockBounds | null): number {
  if (known === null || (known.low <= 0 && known.high >= 0)) return 0;
  return (known.low + known.high) / 2;
}

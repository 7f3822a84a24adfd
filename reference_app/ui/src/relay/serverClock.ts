import { lead, narrow, type ClockBounds, type ClockSample } from "../lib/clock.ts";

let bounds: ClockBounds | null = null;

/** Updates the estimate of the server's clock from one response's Date header. */
export function observeServerClock(sample: ClockSample): void {
  if (!Number.isNaN(sample.serverDate)) bounds = narrow(bounds, sample);
}

/** The estimated server time in milliseconds. */
export function serverNow(): number {
  return serverTime(Date.now());
}

/** The server's time at a moment of this machine's clock. Milliseconds. */
export function serverTime(local: number): number {
  return local + lead(bounds);
}

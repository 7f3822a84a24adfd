import { lead, narrow, type ClockBounds, type ClockSample } from "../lib/clock.ts";

let bounds: ClockBounds | null = null;

/** Takes in what one answer's Date header tells of the server's clock. */
export function observeServerClock(sample: ClockSample): void {
  if (!Number.isNaN(sample.serverDate)) bounds = narrow(bounds, sample);
}

/** The server's time as well as we know it, in milliseconds. */
export function serverNow(): number {
  return Date.now() + lead(bounds);
}

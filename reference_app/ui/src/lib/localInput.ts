const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/**
 * A moment as the value of an input of date and time, by the clock of this device: "2026-11-23T14:32:05". Fractions
 * of a second are cut off, then `plusMs` is added. Empty without a moment.
 */
export function toLocalInput(at: number | null, plusMs = 0): string {
  if (at === null) return "";
  const whole = Math.floor(at / SECOND_MS) * SECOND_MS + plusMs;
  const offset = new Date(whole).getTimezoneOffset() * MINUTE_MS;
  return new Date(whole - offset).toISOString().slice(0, 19);
}

/** The moment that an input of date and time names by the clock of this device; undefined if it is empty. */
export function fromLocalInput(value: string): string | undefined {
  const at = new Date(value);
  return value === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

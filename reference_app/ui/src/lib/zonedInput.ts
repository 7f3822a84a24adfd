const SECOND_MS = 1000;
const FORMAT = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
} as const;

/**
 * A moment as the value of an input of date and time, by the clock of a time zone such as Europe/Zurich:
 * "2026-11-23T14:32:05". Fractions of a second are cut off, then `plusMs` is added. Empty without a moment.
 */
export function toZonedInput(at: number | null, zone: string, plusMs = 0): string {
  if (at === null) return "";
  return clock(Math.floor(at / SECOND_MS) * SECOND_MS + plusMs, zone);
}

/** The moment that an input of date and time names by the clock of a time zone; undefined if it is empty. */
export function fromZonedInput(value: string, zone: string): string | undefined {
  const asUtc = Date.parse(`${value}Z`);
  if (value === "" || Number.isNaN(asUtc)) return undefined;
  // The clock is as far ahead of UTC as it is at the moment itself, and not an hour before or after a change.
  const near = asUtc - aheadMs(asUtc, zone);
  return new Date(asUtc - aheadMs(near, zone)).toISOString();
}

/** The zone if this browser knows it, else UTC. */
export function knownZone(zone: string | null | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone ?? "UTC" }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

/** How far a time zone's clock is ahead of UTC at a moment, in milliseconds. */
export function aheadMs(at: number, zone: string): number {
  return Date.parse(`${clock(at, zone)}Z`) - Math.floor(at / SECOND_MS) * SECOND_MS;
}

function clock(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { ...FORMAT, hourCycle: "h23", timeZone: zone });
  const of = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${of.year ?? ""}-${of.month ?? ""}-${of.day ?? ""}T${of.hour ?? ""}:${of.minute ?? ""}:${of.second ?? ""}`;
}

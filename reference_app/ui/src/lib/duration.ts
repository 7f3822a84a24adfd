import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats a duration in at most two units: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". Seconds in. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "0 s";
  if (seconds < 1 && seconds > 0) return `${oneDecimal(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${String(whole)} s`;
  if (whole < HOUR) return twoUnits(whole, MINUTE, "min", 1, "s");
  if (whole < DAY) return twoUnits(whole, HOUR, "h", MINUTE, "min");
  return twoUnits(whole, DAY, "d", HOUR, "h");
}

/** Formats the length of a movie, one decimal below ten seconds: "6.7 s", "42 s", "3 min 20 s". */
export function formatPlayTime(seconds: number): string {
  return seconds < 10 ? `${oneDecimal(seconds)} s` : formatDuration(seconds);
}

/** Formats the time left as a range, in one unit when both ends share it: "30–50 s left", "about 2 min left". */
export function formatTimeLeft(lowSeconds: number | null, highSeconds: number | null): string | null {
  if (lowSeconds === null || highSeconds === null) return null;
  if (highSeconds < 1) return t`almost done`;
  return t`${formatRange(lowSeconds, highSeconds)} left`;
}

/** Formats a range of durations, in one unit when both ends share it: "30–50 s", "about 2 min", "50 s to 2 min". */
export function formatRange(lowSeconds: number, highSeconds: number): string {
  const low = coarse(Math.max(0, lowSeconds));
  const high = coarse(highSeconds);
  if (low.text === high.text) return t`about ${high.text}`;
  if (low.unit === high.unit) return `${String(low.count)}–${high.text}`;
  return t`${low.text} to ${high.text}`;
}

function oneDecimal(value: number): string {
  return i18n.number(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function twoUnits(total: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((total % big) / small);
  const first = `${String(Math.floor(total / big))} ${bigName}`;
  return rest === 0 ? first : `${first} ${String(rest)} ${smallName}`;
}

function coarse(seconds: number): { count: number; unit: string; text: string } {
  const [size, unit] = seconds < 90 ? [1, "s"] : seconds < 90 * MINUTE ? [MINUTE, "min"] : [HOUR, "h"];
  const count = Math.round(seconds / size);
  return { count, unit, text: `${String(count)} ${unit}` };
}

/** Formats a place in a movie as players do: "0:07", "1:02:07". Seconds in. */
export function formatPosition(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / HOUR),
    Math.floor((whole % HOUR) / MINUTE),
    whole % MINUTE,
  ];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(rest)}` : `${String(minutes)}:${two(rest)}`;
}

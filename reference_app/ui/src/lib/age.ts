import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";

import { formatDuration } from "./duration.ts";

/** Formats the age of an instant by the server's clock: "just now", "12 s ago". Both in milliseconds. */
export function formatAge(at: number, now: number): string {
  const seconds = Math.max(0, (now - at) / 1000);
  return seconds < 1 ? t`just now` : t`${formatDuration(Math.floor(seconds))} ago`;
}

/** Reads an ISO 8601 instant as milliseconds; null and unreadable text become null. */
export function instant(iso: string | null | undefined): number | null {
  if (iso === null || iso === undefined) return null;
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : at;
}

/** Instants as servers write them in sentences. */
const INSTANTS = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

/** A server's sentence with its instants in the reader's time zone, each with its age or the time until then. */
export function inLocalTime(sentence: string, now: number): string {
  return sentence.replace(INSTANTS, (iso) => {
    const at = Date.parse(iso);
    const from = at > now ? t`in ${formatDuration(Math.ceil((at - now) / 1000))}` : formatAge(at, now);
    return `${formatInstant(at, now)} (${from})`;
  });
}

/** Formats an instant in the reader's time zone: the time alone when it was today, else with the date. */
export function formatInstant(at: number, now: number): string {
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const format: Intl.DateTimeFormatOptions = sameDay ? time : { ...time, day: "numeric", month: "short" };
  return i18n.date(at, format);
}

/** Formats a moment with its date by the clock of a time zone: "1 Jun 2026, 12:00"; null without one. */
export function formatMoment(iso: string | null | undefined, zone: string): string | null {
  const at = instant(iso);
  return at === null ? null : i18n.date(at, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
}

/** Formats an estimated range of instants by the minute: "between 14:05 and 14:12", "about 14:05". */
export function formatSpan(earliest: number, latest: number, now: number): string {
  const [from, until] = [formatMinute(earliest, now), formatMinute(latest, now)];
  return from === until ? t`about ${from}` : t`between ${from} and ${until}`;
}

/** Formats an instant in the reader's time zone to the minute, with the date unless it was today. */
export function formatMinute(at: number, now: number): string {
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const format: Intl.DateTimeFormatOptions = sameDay ? time : { ...time, day: "numeric", month: "short" };
  return i18n.date(at, format);
}

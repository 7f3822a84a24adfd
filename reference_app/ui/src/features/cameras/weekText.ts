import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";

import { DAY_MINUTES, type Span } from "./weekCells.ts";

/** A minute of a day: "06:30", up to "24:00". */
export function formatMinute(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** A span: "06:30 to 18:00". */
export function formatSpan({ beginMinute, endMinute }: Span): string {
  return t`${formatMinute(beginMinute)} to ${formatMinute(endMinute)}`;
}

/** When a day is open: "06:30 to 18:00, 20:00 to 22:00". Of a schedule that is not set that isn't known. */
export function formatOpen(open: readonly Span[], isSet = true): string {
  if (!isSet) return t`not set`;
  if (open.length === 0) return t`closed`;
  return isWholeDay(open) ? t`open all day` : open.map(formatSpan).join(", ");
}

/** The sun of a day: "sun from 07:40 to 16:42". Empty if the place is not known. */
export function formatSun(daylight: readonly Span[] | null | undefined): string {
  if (daylight == null) return "";
  if (daylight.length === 0) return t`no sun`;
  return isWholeDay(daylight) ? t`sun all day` : t`sun from ${daylight.map(formatSpan).join(t` and `)}`;
}

/** The name of a day, such as "2026-11-23": Mon, or Monday. */
export function weekdayOf(day: string, style: "short" | "long"): string {
  return i18n.date(day, { weekday: style, timeZone: "UTC" });
}

function isWholeDay([first, ...more]: readonly Span[]): boolean {
  return first?.beginMinute === 0 && first.endMinute === DAY_MINUTES && more.length === 0;
}

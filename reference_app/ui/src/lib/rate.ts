import { i18n } from "@lingui/core";

import { unitOf } from "./units.ts";

/** Formats a rate: "24 frames/s", "1.3 frames/s", and slow work per minute or hour: "12 frames/min". */
export function formatRate(perSecond: number | null, unit: string): string | null {
  if (perSecond === null || !Number.isFinite(perSecond) || perSecond <= 0) return null;
  const [rate, per] =
    perSecond >= 1
      ? [perSecond, "s"]
      : perSecond * 60 >= 1
        ? [perSecond * 60, "min"]
        : [perSecond * 3600, "h"];
  const digits = rate < 10 ? 1 : 0;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return `${i18n.number(rate, format)} ${unitOf(rate, unit)}/${per}`;
}

/** Formats a count with its unit: "1 frame", "1,204 frames". */
export function formatCount(count: number, unit: string): string {
  return `${formatNumber(count)} ${unitOf(count, unit)}`;
}

/** Formats a number with grouped digits, at most one decimal: 1204.25 → "1,204.3". */
export function formatNumber(value: number): string {
  return i18n.number(value, { maximumFractionDigits: 1 });
}

import { i18n } from "@lingui/core";
import { plural } from "@lingui/core/macro";

const UNITS = ["kB", "MB", "GB", "TB"];

/** Says a size in decimal units: "812 bytes", "4.6 MB". A BigInt arrives as text, so both are taken. */
export function formatBytes(size: number | string): string {
  let rest = Number(size);
  let step = 0;
  while (rest >= 1000 && step < UNITS.length) {
    rest /= 1000;
    step += 1;
  }
  if (step === 0) return plural(rest, { one: "# byte", other: "# bytes" });
  const digits = rest >= 100 ? 0 : 1;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return `${i18n.number(rest, format)} ${UNITS[step - 1] ?? ""}`;
}

/** How the newest picture compares with those before it. */
export type FocusTrend = "first" | "best" | "sharper" | "softer" | "same";

/** Sharpness that differs by less than this share is noise. */
const NOISE = 0.03;

/** Compares the newest sharpness with the one before it, if there is one, and with the best of all. */
export function focusTrend(newest: number, before: number | undefined, best: number): FocusTrend {
  if (before === undefined) return "first";
  if (newest >= best) return "best";
  if (newest > before * (1 + NOISE)) return "sharper";
  if (newest < before * (1 - NOISE)) return "softer";
  return newest >= best * (1 - NOISE) ? "best" : "same";
}

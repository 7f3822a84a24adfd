const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Says a size in decimal units: "812 bytes", "4.6 MB". A BigInt arrives as text, so both are taken. */
export function formatBytes(size: number | string): string {
  let rest = Number(size);
  let step = 0;
  while (rest >= 1000 && step < UNITS.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 || rest >= 100 ? 0 : 1;
  return `${rest.toFixed(digits)} ${UNITS[step] ?? ""}`;
}

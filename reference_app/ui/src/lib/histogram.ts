/** How often each value from 0 to 255 occurs. */
type Counts = readonly number[];

export interface Histogram {
  readonly luminance: Counts;
  readonly red: Counts;
  readonly green: Counts;
  readonly blue: Counts;
  /** Shares of the pixels, 0 to 1: those without detail because they are black, or blown out. */
  readonly black: number;
  readonly blownOut: number;
  /** Mean luminance, 0 to 1. */
  readonly mean: number;
}

/** A pixel counts as black up to this value in each colour, and as blown out from the other on. */
const BLACK = 2;
const BLOWN_OUT = 253;

/** Counts pixels, as a canvas has them: red, green, blue and opacity, a byte each. */
export function histogramOf(pixels: Uint8ClampedArray): Histogram {
  const [luminance, red, green, blue] = [empty(), empty(), empty(), empty()];
  let black = 0;
  let blownOut = 0;
  let sum = 0;
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const [r, g, b] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    const light = Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b); // as sRGB weighs its primaries
    add(luminance, light);
    add(red, r);
    add(green, g);
    add(blue, b);
    sum += light;
    if (Math.max(r, g, b) <= BLACK) black += 1;
    if (Math.min(r, g, b) >= BLOWN_OUT) blownOut += 1;
  }
  const all = Math.max(Math.floor(pixels.length / 4), 1);
  return {
    luminance,
    red,
    green,
    blue,
    black: black / all,
    blownOut: blownOut / all,
    mean: sum / all / 255,
  };
}

function empty(): number[] {
  return Array.from({ length: 256 }, () => 0);
}

function add(counts: number[], value: number): void {
  counts[value] = (counts[value] ?? 0) + 1;
}

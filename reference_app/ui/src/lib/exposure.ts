import { humanize } from "./words.ts";

/** Slower than this, a time is written in seconds. */
const SLOW_S = 0.4;

/** What a camera reported of an exposure, as photographers write it: "1/250 s", "ISO 100", "f/8"; else as it came. */
export function exposureFact(name: string, value: string): string {
  const number = Number(value);
  switch (name.toLowerCase()) {
    case "shutter_s":
      if (!(number > 0)) break;
      return number < SLOW_S ? [`1/${String(Math.round(1 / number))}`, "s"].join(" ") : `${value} s`;
    case "iso":
      return ["ISO", value].join(" ");
    case "aperture":
      return number > 0 ? `f/${value}` : value;
  }
  return `${humanize(name)}: ${value}`;
}

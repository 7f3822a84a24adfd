import { plural } from "@lingui/core/macro";

/**
 * What is counted, in the singular or the plural: "frame", "frames". These are the units of the page and of the
 * server's progress; another unit stands as it was sent, with an English plural.
 */
export function unitOf(count: number, unit: string): string {
  switch (unit) {
    case "capture":
      return plural(count, { one: "capture", other: "captures" });
    case "day":
      return plural(count, { one: "day", other: "days" });
    case "frame":
      return plural(count, { one: "frame", other: "frames" });
    case "gap":
      return plural(count, { one: "gap", other: "gaps" });
    case "item":
      return plural(count, { one: "item", other: "items" });
    case "movie":
      return plural(count, { one: "movie", other: "movies" });
    case "night":
      return plural(count, { one: "night", other: "nights" });
    case "older gap":
      return plural(count, { one: "older gap", other: "older gaps" });
    case "parallel upload":
      return plural(count, { one: "parallel upload", other: "parallel uploads" });
    case "part":
      return plural(count, { one: "part", other: "parts" });
    case "picture":
      return plural(count, { one: "picture", other: "pictures" });
    case "timelapse":
      return plural(count, { one: "timelapse", other: "timelapses" });
    default:
      return unit === "" || unit === "s" || unit.endsWith("B") || count === 1 ? unit : `${unit}s`;
  }
}

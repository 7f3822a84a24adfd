/** What no system allows in the name of a file. */
const FORBIDDEN = /[\\/:*?"<>|]/g;
const EXTENSION = /\.[a-z0-9]{1,5}$/i;

interface Original {
  /** Empty if it is not known. */
  readonly filename: string;
  readonly url: string;
}

/** The name under which a frame is saved: "Harbour 2026-11-23 14.32.05.jpg", by the clock of `wall`. */
export function downloadName(timelapse: string, wall: string, { filename, url }: Original): string {
  const extension = (EXTENSION.exec(filename) ?? EXTENSION.exec(url))?.[0].toLowerCase() ?? "";
  return `${timelapse} ${wall.replace("T", " ").replaceAll(":", ".")}${extension}`.replace(FORBIDDEN, "-");
}

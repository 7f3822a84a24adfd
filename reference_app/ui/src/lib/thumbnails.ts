/** A small picture of a movie: when it is shown (seconds), and where it is in which image. */
export interface Thumbnail {
  readonly begin: number;
  readonly end: number;
  readonly image: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const CUE =
  /(\d+):(\d{2}):(\d{2}\.\d{3}) --> (\d+):(\d{2}):(\d{2}\.\d{3})\r?\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** Reads an index (WebVTT) of thumbnails; their images lie beside it, at `base`. */
export function parseThumbnails(text: string, base: string): readonly Thumbnail[] {
  const folder = base.slice(0, base.lastIndexOf("/") + 1);
  return [...text.matchAll(CUE)].map(([, ...parts]) => {
    const [h1, m1, s1, h2, m2, s2] = parts.slice(0, 6).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [left, top, width, height] = parts.slice(7).map(Number) as [number, number, number, number];
    return {
      begin: h1 * 3600 + m1 * 60 + s1,
      end: h2 * 3600 + m2 * 60 + s2,
      image: folder + (parts[6] ?? ""),
      left,
      top,
      width,
      height,
    };
  });
}

/** The thumbnail of a moment (seconds); that of the end for a later one. */
export function thumbnailAt(thumbnails: readonly Thumbnail[], seconds: number): Thumbnail | undefined {
  return thumbnails.find(({ end }) => seconds < end) ?? thumbnails.at(-1);
}

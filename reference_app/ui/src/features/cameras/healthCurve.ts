import { instant } from "../../lib/age.ts";

/** A point of a chart; milliseconds. */
export interface CurvePoint {
  readonly at: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** What a chart covers: a time range in milliseconds, how long a point is, and the values from bottom to top. */
export interface Extent {
  readonly since: number;
  readonly until: number;
  readonly pointMs: number;
  readonly bottom: number;
  readonly top: number;
}

/** Reads points as the server sends them. */
export function curvePoints(
  points: readonly {
    readonly at: string;
    readonly low: number;
    readonly mean: number;
    readonly high: number;
  }[],
): readonly CurvePoint[] {
  return points.flatMap(({ at, low, mean, high }) => {
    const moment = instant(at);
    return moment === null ? [] : [{ at: moment, low, mean, high }];
  });
}

/** The runs of points that follow one another without a gap. */
export function runs(points: readonly CurvePoint[], pointMs: number): readonly (readonly CurvePoint[])[] {
  const found: CurvePoint[][] = [];
  let before: CurvePoint | undefined;
  for (const point of points) {
    // The first point of a chart may begin within its time.
    if (before === undefined || point.at - before.at > pointMs) found.push([]);
    found.at(-1)?.push(point);
    before = point;
  }
  return found;
}

/** Where a moment (the middle of a point) and a value are in a drawing of this size. */
export function placer(extent: Extent, width: number, height: number) {
  const x = (at: number) => {
    const middle = at + extent.pointMs / 2;
    const share = (middle - extent.since) / (extent.until - extent.since);
    return Math.min(1, Math.max(0, share)) * width;
  };
  const y = (value: number) =>
    height - ((value - extent.bottom) / Math.max(extent.top - extent.bottom, 1e-9)) * height;
  return { x, y };
}

/** The index of the point that is nearest to a share (0 to 1) of the chart's width; -1 without points. */
export function nearest(points: readonly CurvePoint[], share: number, extent: Extent): number {
  const at = extent.since + share * (extent.until - extent.since) - extent.pointMs / 2;
  let found = -1;
  let least = Infinity;
  points.forEach((point, index) => {
    const distance = Math.abs(point.at - at);
    if (distance < least) {
      least = distance;
      found = index;
    }
  });
  return found;
}

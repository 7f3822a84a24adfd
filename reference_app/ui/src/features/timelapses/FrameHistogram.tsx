import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";

import { histogramOf, type Histogram } from "../../lib/histogram.ts";

const COLOURS = { red: "#e5484d", green: "#2f9e5f", blue: "#3e7bdd" } as const;
const HEIGHT = 100;

/** How bright a picture is, and in which colours, as a curve and in words. It is computed here, of this picture. */
export function FrameHistogram({ url }: { readonly url: string }) {
  const { histogram, hasFailed } = useHistogram(url);
  return (
    <Box data-testid="histogram" sx={{ mt: 1 }}>
      <Box sx={{ height: 110, borderRadius: "8px", bgcolor: "action.hover", overflow: "hidden" }}>
        {histogram && <Curves of={histogram} />}
      </Box>
      <Typography
        component="div"
        variant="body2"
        role="status"
        sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, minHeight: 22 }}
      >
        {hasFailed && <span>{t`There is no histogram: the picture could not be read.`}</span>}
        {histogram && (
          <>
            <span>{blownOut(histogram.blownOut)}</span>
            <span>{black(histogram.black)}</span>
            <span>{t`mean brightness ${percent(histogram.mean)}`}</span>
          </>
        )}
      </Typography>
    </Box>
  );
}

function Curves({ of }: { readonly of: Histogram }) {
  const counts = [of.luminance, of.red, of.green, of.blue];
  // What is clipped would flatten everything else: it may reach beyond the top.
  const most = Math.max(1, ...counts.flatMap((each) => each.slice(1, -1)));
  const line = (values: readonly number[]) =>
    values
      .map((value, at) => `${String(at)},${String(HEIGHT - Math.min(value / most, 1) * HEIGHT)}`)
      .join(" ");
  return (
    <svg
      role="img"
      aria-label={t`Histogram of luminance, red, green and blue, from black on the left to white on the right`}
      viewBox={`0 0 255 ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      style={{ display: "block", width: "100%", height: "100%" }}
    >
      <polygon
        points={`0,${String(HEIGHT)} ${line(of.luminance)} 255,${String(HEIGHT)}`}
        fill="currentColor"
        opacity={0.35}
      />
      {(["red", "green", "blue"] as const).map((colour) => (
        <polyline
          key={colour}
          points={line(of[colour])}
          fill="none"
          stroke={COLOURS[colour]}
          strokeWidth={1.5}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}

function percent(share: number): string {
  return i18n.number(share, { style: "percent" });
}

function blownOut(share: number): string {
  if (share === 0) return t`nothing blown out`;
  return share < 0.01 ? t`less than ${percent(0.01)} blown out` : t`${percent(share)} blown out`;
}

function black(share: number): string {
  if (share === 0) return t`nothing black`;
  return share < 0.01 ? t`less than ${percent(0.01)} black` : t`${percent(share)} black`;
}

interface Read {
  readonly url: string;
  readonly histogram: Histogram | null;
}

function useHistogram(url: string): { histogram: Histogram | null; hasFailed: boolean } {
  const [read, setRead] = useState<Read | null>(null);
  useEffect(() => {
    const image = new Image();
    let stopped = false;
    const show = (histogram: Histogram | null) => {
      if (!stopped) setRead({ url, histogram });
    };
    image.src = url;
    image
      .decode()
      .then(() => {
        if (stopped) return;
        const pixels = pixelsOf(image);
        show(pixels && histogramOf(pixels));
      })
      .catch(() => {
        show(null);
      });
    return () => {
      stopped = true;
    };
  }, [url]);
  // What was read of another picture says nothing of this one.
  const current = read?.url === url ? read : null;
  return { histogram: current?.histogram ?? null, hasFailed: current !== null && current.histogram === null };
}

/** Null if the browser gives no canvas. */
function pixelsOf(image: HTMLImageElement): Uint8ClampedArray | null {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

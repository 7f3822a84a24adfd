import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { Suspense, useDeferredValue, useEffect, useRef, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { formatDuration } from "../../lib/duration.ts";
import { clockTime, dayName } from "../../lib/moments.ts";
import { aheadMs, knownZone } from "../../lib/zonedInput.ts";
import type { CompareFramesQuery } from "./__generated__/CompareFramesQuery.graphql";
import { ComparePictures } from "./ComparePictures.tsx";
import { EarlierChoices } from "./EarlierChoices.tsx";
import { Scrubber, ScrubberSpace } from "./Scrubber.tsx";
import type { Comparison, Side } from "./useComparison.ts";
import { useZoom } from "./useZoom.ts";

/** Pictures are fetched where a person who drags has stopped for so long. */
const SETTLES_MS = 120;

interface Props {
  readonly timelapse: string;
  readonly comparison: Comparison;
  /** When the newest frame was captured. */
  readonly newest: string;
  readonly onChange: (next: Comparison) => void;
  /** Called with the moment of the picture on the right. */
  readonly onClose: (moment: number) => void;
}

/** Two frames of a timelapse, one over the other. Escape leads back. */
export function CompareFrames({ timelapse, comparison, newest, onChange, onClose }: Props) {
  const [side, setSide] = useState<Side>("left");
  const [sought, setSought] = useState<number | null>(null);
  const seeking = useRef<ReturnType<typeof setTimeout>>(undefined);
  const zoom = useZoom();
  const wanted = JSON.stringify({
    id: timelapse,
    left: new Date(comparison.left).toISOString(),
    right: new Date(comparison.right).toISOString(),
    chosen: new Date(comparison[side]).toISOString(),
  });
  // The pictures before stay until the next are known.
  const asked = useDeferredValue(wanted);
  const { node } = useLazyLoadQuery<CompareFramesQuery>(
    graphql`
      query CompareFramesQuery($id: ID!, $left: DateTime!, $right: DateTime!, $chosen: DateTime!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            timezone
            left: frameAt(time: $left) {
              frame {
                id
                sequence
                capturedAt
                width
                height
                imageUrl
                largeUrl: thumbnailUrl(size: LARGE)
              }
            }
            right: frameAt(time: $right) {
              frame {
                id
                sequence
                capturedAt
                width
                height
                imageUrl
                largeUrl: thumbnailUrl(size: LARGE)
              }
            }
            frames(first: 6, around: $chosen) {
              edges {
                node {
                  capturedAt
                }
              }
            }
          }
        }
      }
    `,
    JSON.parse(asked) as CompareFramesQuery["variables"],
  );
  useEffect(
    () => () => {
      clearTimeout(seeking.current);
    },
    [],
  );
  const found = node?.timelapse;
  if (!found?.left || !found.right) return null; // Without frames there is nothing to compare.
  const zone = knownZone(found.timezone);
  const frames = { left: found.left.frame, right: found.right.frame };
  const moments = { left: captured(frames.left), right: captured(frames.right) };
  const picture = (of: Side) => {
    const offset = aheadMs(moments[of], zone);
    const time = `${dayName(moments[of], offset)}, ${clockTime(moments[of], offset)}`;
    const { sequence, largeUrl, imageUrl } = frames[of];
    return { time, alt: t`Frame ${sequence}`, largeUrl, imageUrl };
  };
  const choose = (moment: number) => {
    clearTimeout(seeking.current);
    setSought(null);
    onChange({ ...comparison, [side]: moment });
  };
  const seek = (moment: number) => {
    setSought(moment);
    clearTimeout(seeking.current);
    seeking.current = setTimeout(() => {
      choose(moment);
    }, SETTLES_MS);
  };
  const step = (by: number) => {
    const near = found.frames.edges.map((edge) => captured(edge.node)).sort((one, other) => one - other);
    const next =
      by < 0 ? near.findLast((each) => each < moments[side]) : near.find((each) => each > moments[side]);
    if (next !== undefined) choose(next);
  };
  const close = () => {
    onClose(moments.right);
  };
  const sizes = { left: sizeOf(frames.left), right: sizeOf(frames.right) };
  return (
    <Box
      role="region"
      aria-label={t`Comparison of two moments`}
      // A press on the picture keeps the focus here, where the keys work.
      tabIndex={-1}
      sx={{ display: "grid", gap: 1.5, minWidth: 0, outline: "none" }}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
        else zoom.keys[event.key]?.();
      }}
    >
      <ComparePictures left={picture("left")} right={picture("right")} zoom={zoom} />
      <Typography component="div" variant="body2" sx={{ color: "text.secondary" }}>
        {frames.left.id === frames.right.id
          ? t`Both are the same frame. Choose another moment for one of them.`
          : t`${formatDuration(Math.abs(moments.right - moments.left) / 1000)} apart`}
        {" · "}
        {found.timezone ?? t`UTC: the place’s time zone is not known`}
        {sizes.left !== sizes.right && ` · ${t`The sizes differ: ${sizes.left} and ${sizes.right} pixels.`}`}
      </Typography>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center" }}>
        <Button size="small" variant="outlined" onClick={close}>{t`Back`}</Button>
        <Button
          size="small"
          onClick={() => {
            onChange({ left: comparison.right, right: comparison.left });
          }}
        >{t`Swap`}</Button>
        <Button size="small" disabled={!zoom.canZoomIn} onClick={zoom.zoomIn}>{t`Zoom in`}</Button>
        <Button size="small" disabled={!zoom.canZoomOut} onClick={zoom.zoomOut}>{t`Zoom out`}</Button>
      </Box>
      <Box
        role="group"
        aria-label={t`Picture to choose`}
        sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center" }}
      >
        {(["left", "right"] as const).map((each) => (
          <Button
            key={each}
            size="small"
            aria-pressed={each === side}
            variant={each === side ? "outlined" : "text"}
            onClick={() => {
              setSide(each);
            }}
          >
            {each === "left" ? t`Choose the left` : t`Choose the right`}
          </Button>
        ))}
        <Suspense fallback={null}>
          <EarlierChoices
            timelapse={timelapse}
            before={moments[side === "left" ? "right" : "left"]}
            zone={zone}
            onChoose={choose}
          />
        </Suspense>
      </Box>
      <Suspense fallback={<ScrubberSpace />}>
        <Scrubber
          timelapse={timelapse}
          moment={sought ?? moments[side]}
          newest={newest}
          onSeek={seek}
          onStep={step}
        />
      </Suspense>
    </Box>
  );
}

function captured({ capturedAt }: { readonly capturedAt: string }): number {
  return Date.parse(capturedAt);
}

function sizeOf({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${String(width)}×${String(height)}`;
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { graphql, useFragment } from "react-relay";

import { formatInstant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { humanize } from "../../lib/words.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type { FrameViewer_frame$key } from "./__generated__/FrameViewer_frame.graphql";
import { useHideFrame } from "./useHideFrame.ts";

const ZOOMS = [1, 2, 4, 8] as const;

interface Props {
  readonly frame: FrameViewer_frame$key;
  readonly mayHide: boolean;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onStep: (by: number) => void;
}

/** One frame: zoom with + and −, go on with the arrow keys. The original is fetched only to zoom into it. */
export function FrameViewer({ frame: key, mayHide, hasPrevious, hasNext, onStep }: Props) {
  const frame = useFragment(
    graphql`
      fragment FrameViewer_frame on Frame {
        id
        sequence
        clock
        width
        height
        size: bytes
        filename
        imageUrl
        largeUrl: thumbnailUrl(size: LARGE)
        exposure {
          name
          value
        }
        hidden {
          by
          at
        }
      }
    `,
    key,
  );
  const [zoom, setZoom] = useState(0);
  const [pan, setPan] = useState({ x: 0, y: 0 });
  const held = useRef<{ x: number; y: number } | null>(null);
  const [hide, busy] = useHideFrame();
  const scale = ZOOMS[zoom] ?? 1;
  const zoomBy = (by: number) => {
    const next = Math.min(Math.max(zoom + by, 0), ZOOMS.length - 1);
    setZoom(next);
    if (next === 0) setPan({ x: 0, y: 0 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const actions: Partial<Record<string, () => void>> = {
      ArrowLeft: () => {
        onStep(-1);
      },
      ArrowRight: () => {
        onStep(1);
      },
      "+": () => {
        zoomBy(1);
      },
      "=": () => {
        zoomBy(1);
      },
      "-": () => {
        zoomBy(-1);
      },
      "0": () => {
        zoomBy(-ZOOMS.length);
      },
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const onPointerMove = (event: PointerEvent) => {
    const from = held.current;
    if (from === null) return;
    const { width, height } = event.currentTarget.getBoundingClientRect();
    const within = (value: number, size: number) => {
      const most = (size * (scale - 1)) / 2 / scale;
      return Math.min(Math.max(value, -most), most);
    };
    setPan({
      x: within(pan.x + (event.clientX - from.x) / scale, width),
      y: within(pan.y + (event.clientY - from.y) / scale, height),
    });
    held.current = { x: event.clientX, y: event.clientY };
  };
  return (
    <Box component="figure" sx={{ m: 0 }} aria-label={t`Frame ${frame.sequence}`}>
      <Box
        // The picture is where the keys of the viewer work, so it takes the focus.
        role="group"
        aria-label={t`Picture. Zoom with plus and minus, go on with the arrow keys.`}
        tabIndex={0}
        data-testid="frame-viewer"
        onKeyDown={onKeyDown}
        onDoubleClick={() => {
          zoomBy(zoom === 0 ? 1 : -ZOOMS.length);
        }}
        onPointerDown={(event) => {
          if (scale === 1) return;
          held.current = { x: event.clientX, y: event.clientY };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          held.current = null;
        }}
        sx={{
          borderRadius: "14px",
          overflow: "hidden",
          bgcolor: "#0c0f0e",
          aspectRatio: "16 / 9",
          cursor: scale > 1 ? "grab" : "zoom-in",
          touchAction: scale > 1 ? "none" : "pan-y",
        }}
      >
        <img
          data-testid="frame-picture"
          src={scale > 1 ? frame.imageUrl : frame.largeUrl}
          alt={t`Frame ${frame.sequence}`}
          decoding="async"
          draggable={false}
          style={{
            display: "block",
            width: "100%",
            height: "100%",
            objectFit: "contain",
            opacity: frame.hidden ? 0.45 : 1,
            transform: `scale(${String(scale)}) translate(${String(pan.x)}px, ${String(pan.y)}px)`,
          }}
        />
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, mt: 1, alignItems: "center" }}>
        <Button
          size="small"
          disabled={!hasPrevious}
          onClick={() => {
            onStep(-1);
          }}
        >{t`Previous`}</Button>
        <Button
          size="small"
          disabled={!hasNext}
          onClick={() => {
            onStep(1);
          }}
        >{t`Next`}</Button>
        <Button
          size="small"
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => {
            zoomBy(1);
          }}
        >{t`Zoom in`}</Button>
        <Button
          size="small"
          disabled={zoom === 0}
          onClick={() => {
            zoomBy(-1);
          }}
        >{t`Zoom out`}</Button>
        <Button
          size="small"
          component="a"
          href={frame.imageUrl}
          download={frame.filename || undefined}
        >{t`Download`}</Button>
        {mayHide && (
          <Button
            size="small"
            disabled={busy}
            onClick={() => {
              hide({ frame: frame.id, hidden: !frame.hidden });
            }}
          >
            {frame.hidden ? t`Show in movies again` : t`Hide from movies`}
          </Button>
        )}
      </Box>
      {frame.hidden && (
        <Typography
          variant="body2"
          role="status"
          sx={{ color: "warning.main" }}
        >{t`Hidden from new movies by ${frame.hidden.by}, ${formatInstant(Date.parse(frame.hidden.at), serverNow())}.`}</Typography>
      )}
      <Typography
        component="figcaption"
        variant="caption"
        sx={{ color: "text.secondary", mt: 0.5, display: "flex", flexWrap: "wrap", columnGap: 1.5 }}
      >
        <span>{t`Frame ${frame.sequence}`}</span>
        <span>
          {frame.width}×{frame.height}
        </span>
        <span>{formatBytes(frame.size)}</span>
        {frame.clock !== "synced" && <span>{t`camera clock: ${humanize(frame.clock).toLowerCase()}`}</span>}
        {frame.exposure.map(({ name, value }) => (
          <span key={name}>
            {humanize(name)}: {value}
          </span>
        ))}
      </Typography>
    </Box>
  );
}

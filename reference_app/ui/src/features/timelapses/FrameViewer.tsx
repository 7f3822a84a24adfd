import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { graphql, useFragment } from "react-relay";

import { PictureFailure } from "../../design/PictureFrame.tsx";
import { usePicture } from "../../design/usePicture.ts";
import { formatInstant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { downloadName } from "../../lib/downloadName.ts";
import { exposureFact } from "../../lib/exposure.ts";
import { humanize } from "../../lib/words.ts";
import { toZonedInput } from "../../lib/zonedInput.ts";
import { serverNow } from "../../relay/serverClock.ts";
import { onDemand } from "../../shared/pages/onDemand.tsx";
import type { FrameViewer_frame$key } from "./__generated__/FrameViewer_frame.graphql";
import { useHideFrame } from "./useHideFrame.ts";
import { useRemembered } from "./useRemembered.ts";
import { useZoom } from "./useZoom.ts";

const FrameHistogram = onDemand(async () => (await import("./FrameHistogram.tsx")).FrameHistogram);

interface Props {
  readonly frame: FrameViewer_frame$key;
  /** The name of the timelapse, and the time zone of its place: a download is named by them. */
  readonly timelapse: string;
  readonly zone: string;
  readonly mayHide: boolean;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onStep: (by: number) => void;
  readonly onCompare: () => void;
  /** Whether it takes the focus at once. */
  readonly isReturnedTo: boolean;
}

/** One frame: zoom with + and −, go on with the arrow keys. The original is fetched only to zoom into it. */
export function FrameViewer({
  frame: key,
  timelapse,
  zone,
  mayHide,
  hasPrevious,
  hasNext,
  onStep,
  onCompare,
  isReturnedTo,
}: Props) {
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
        capturedAt
        imageUrl
        originalUrl
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
  const zoom = useZoom();
  const [hide, busy] = useHideFrame();
  const [hasHistogram, toggleHistogram] = useRemembered("frame-histogram");
  const picture = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isReturnedTo) picture.current?.focus({ preventScroll: true });
  }, [isReturnedTo]);
  const src = zoom.scale > 1 ? frame.imageUrl : frame.largeUrl;
  const { hasFailed, onError } = usePicture(src);
  const onKeyDown = (event: KeyboardEvent) => {
    const actions: Partial<Record<string, () => void>> = {
      ArrowLeft: () => {
        onStep(-1);
      },
      ArrowRight: () => {
        onStep(1);
      },
      ...zoom.keys,
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return (
    <Box component="figure" sx={{ m: 0 }} aria-label={t`Frame ${frame.sequence}`}>
      <Box
        // The picture is where the keys of the viewer work, so it takes the focus.
        ref={picture}
        role="group"
        aria-label={t`Picture. Zoom with plus and minus, go on with the arrow keys.`}
        tabIndex={0}
        data-testid="frame-viewer"
        onKeyDown={onKeyDown}
        onDoubleClick={zoom.canZoomOut ? zoom.reset : zoom.zoomIn}
        {...zoom.pointer}
        sx={{
          borderRadius: "14px",
          overflow: "hidden",
          bgcolor: "#0c0f0e",
          color: "#e8ebe9",
          aspectRatio: "16 / 9",
          cursor: zoom.scale > 1 ? "grab" : "zoom-in",
          touchAction: zoom.scale > 1 ? "none" : "pan-y",
        }}
      >
        {hasFailed ? (
          <PictureFailure />
        ) : (
          <img
            data-testid="frame-picture"
            src={src}
            alt={t`Frame ${frame.sequence}`}
            decoding="async"
            draggable={false}
            onError={onError}
            style={{
              ...zoom.style,
              display: "block",
              width: "100%",
              height: "100%",
              objectFit: "contain",
              opacity: frame.hidden ? 0.45 : 1,
              // Seen until the original has come.
              background: `url("${frame.largeUrl}") center / contain no-repeat`,
            }}
          />
        )}
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, mt: 1, alignItems: "center" }}>
        <Sign
          label={t`Previous`}
          sign="←"
          disabled={!hasPrevious}
          onClick={() => {
            onStep(-1);
          }}
        />
        <Sign
          label={t`Next`}
          sign="→"
          disabled={!hasNext}
          onClick={() => {
            onStep(1);
          }}
        />
        <Sign label={t`Zoom in`} sign="+" disabled={!zoom.canZoomIn} onClick={zoom.zoomIn} />
        <Sign label={t`Zoom out`} sign="−" disabled={!zoom.canZoomOut} onClick={zoom.zoomOut} />
        <Button
          size="small"
          component="a"
          href={frame.originalUrl}
          download={downloadName(timelapse, toZonedInput(Date.parse(frame.capturedAt), zone), {
            filename: frame.filename,
            url: frame.originalUrl,
          })}
        >{t`Download`}</Button>
        <Button
          size="small"
          aria-pressed={hasHistogram}
          variant={hasHistogram ? "outlined" : "text"}
          onClick={toggleHistogram}
        >{t`Histogram`}</Button>
        <Button size="small" onClick={onCompare}>{t`Compare…`}</Button>
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
      {hasHistogram && <FrameHistogram url={frame.largeUrl} />}
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
          <span key={name}>{exposureFact(name, value)}</span>
        ))}
      </Typography>
    </Box>
  );
}

interface SignProps {
  readonly label: string;
  readonly sign: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

/** A button for a key of the viewer, which is shown by the key's sign. */
function Sign({ label, sign, ...button }: SignProps) {
  return (
    <Button
      size="small"
      variant="outlined"
      aria-label={label}
      title={label}
      sx={{ minWidth: 40, px: 0, fontSize: "1.1rem", lineHeight: 1.2 }}
      {...button}
    >
      {sign}
    </Button>
  );
}

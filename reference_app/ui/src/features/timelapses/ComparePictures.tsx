import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Slider from "@mui/material/Slider";
import { useEffect, useRef, useState, type CSSProperties } from "react";

import { PictureFailure } from "../../design/PictureFrame.tsx";
import { usePicture } from "../../design/usePicture.ts";
import type { Zoom } from "./useZoom.ts";

export interface ComparedPicture {
  /** When it was captured, in words. */
  readonly time: string;
  readonly alt: string;
  readonly largeUrl: string;
  readonly imageUrl: string;
}

interface Props {
  readonly left: ComparedPicture;
  readonly right: ComparedPicture;
  readonly zoom: Zoom;
}

/**
 * One picture over the other, with a divider to drag; it has the focus at once. Both fill the same frame and keep
 * their proportions, also when their sizes differ. The originals are fetched only to zoom into them.
 */
export function ComparePictures({ left, right, zoom }: Props) {
  const [share, setShare] = useState(50);
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => {
    slider.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Box
      data-testid="compare"
      {...zoom.pointer}
      sx={{
        position: "relative",
        borderRadius: "14px",
        overflow: "hidden",
        bgcolor: "#0c0f0e",
        color: "#e8ebe9",
        aspectRatio: "16 / 9",
        cursor: zoom.scale > 1 ? "grab" : "ew-resize",
        touchAction: zoom.scale > 1 ? "none" : "pan-y",
      }}
    >
      <Layer picture={right} zoom={zoom} visible={{ left: `${String(share)}%` }} />
      <Layer
        picture={left}
        zoom={zoom}
        visible={{ right: `${String(100 - share)}%` }}
        style={{ clipPath: `inset(0 ${String(100 - share)}% 0 0)` }}
      />
      <Time of={left} edge="left" />
      <Time of={right} edge="right" />
      <Slider
        aria-label={t`Divider`}
        value={share}
        slotProps={{ input: { ref: slider } }}
        getAriaValueText={(value) => t`${left.time} on the left ${value} percent, ${right.time} on the right`}
        onChange={(_, value) => {
          setShare(value);
        }}
        sx={{
          position: "absolute",
          inset: 0,
          height: "100%",
          p: "0 !important",
          color: "#fff",
          // What is zoomed is dragged by the picture, and the divider by its line.
          pointerEvents: zoom.scale > 1 ? "none" : "auto",
          "& .MuiSlider-rail, & .MuiSlider-track": { display: "none" },
          "& .MuiSlider-thumb": {
            pointerEvents: "auto",
            width: 44,
            height: "100%",
            borderRadius: 0,
            bgcolor: "transparent",
            boxShadow: "none !important",
            cursor: "ew-resize",
            touchAction: "none",
            "&::before": {
              boxShadow: "0 0 3px rgb(0 0 0 / 0.7)",
              borderRadius: 0,
              bgcolor: "#fff",
              width: 2,
              height: "100%",
            },
            "&::after": {
              content: '"‹ ›"',
              display: "grid",
              placeItems: "center",
              fontSize: "1.1rem",
              lineHeight: 1,
              width: 34,
              height: 34,
              boxSizing: "border-box",
              bgcolor: "rgb(12 15 14 / 0.75)",
              border: "2px solid #fff",
            },
            "&.Mui-focusVisible::after": { outline: "3px solid #fff", outlineOffset: "2px" },
          },
        }}
      />
    </Box>
  );
}

function Layer({
  picture,
  zoom,
  visible,
  style,
}: {
  readonly picture: ComparedPicture;
  readonly zoom: Zoom;
  /** The part of the frame that is seen of it. */
  readonly visible: CSSProperties;
  readonly style?: CSSProperties;
}) {
  const wanted = zoom.scale > 1 ? picture.imageUrl : picture.largeUrl;
  const { hasFailed, onError } = usePicture(wanted);
  return (
    <Box sx={{ position: "absolute", inset: 0, bgcolor: "#0c0f0e" }} style={style}>
      {hasFailed ? (
        <Box
          sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center", "& > div": { py: 0 } }}
          style={visible}
        >
          <PictureFailure />
        </Box>
      ) : (
        <img
          src={wanted}
          alt={picture.alt}
          draggable={false}
          onError={onError}
          style={{
            ...zoom.style,
            display: "block",
            width: "100%",
            height: "100%",
            objectFit: "contain",
            // Seen until the original has come.
            background: `url("${picture.largeUrl}") center / contain no-repeat`,
          }}
        />
      )}
    </Box>
  );
}

function Time({ of, edge }: { readonly of: ComparedPicture; readonly edge: "left" | "right" }) {
  return (
    <Box
      data-testid={`compare-${edge}`}
      sx={{
        position: "absolute",
        top: 8,
        [edge]: 8,
        maxWidth: "calc(50% - 12px)",
        px: 1,
        py: 0.25,
        borderRadius: "8px",
        bgcolor: "rgb(12 15 14 / 0.75)",
        fontSize: "0.8rem",
        pointerEvents: "none",
      }}
    >
      {of.time}
    </Box>
  );
}

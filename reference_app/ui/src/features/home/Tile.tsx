import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";

import { SCHEME_ATTRIBUTE } from "../../design/colourMode.ts";
import { CoverPicture } from "../../design/CoverPicture.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { Tile_frame$key } from "./__generated__/Tile_frame.graphql";

/** A text over a picture. */
const ON_PICTURE = { bgcolor: "#0c0f0ed1", fontSize: "0.86rem" } as const;
/** A longer name would cover the picture. */
const TWO_LINES = {
  display: "-webkit-box",
  WebkitBoxOrient: "vertical",
  WebkitLineClamp: 2,
  overflow: "hidden",
  overflowWrap: "anywhere",
} as const;

interface Props {
  readonly to: string;
  readonly name: string;
  readonly of: string;
  /** Null until the first picture arrives. */
  readonly frame: Tile_frame$key | null;
  readonly state: ReactNode;
}

/** A picture that fills its tile, with its name, its age and the state of its camera. It is dark in both modes. */
export function Tile({ to, name, of, frame, state }: Props) {
  const picture = useFragment(
    graphql`
      fragment Tile_frame on Frame {
        receivedAt
        largeUrl: thumbnailUrl(size: LARGE)
      }
    `,
    frame,
  );
  const now = useServerNow();
  const received = instant(picture?.receivedAt);
  return (
    <Box
      component={Link}
      to={to}
      data-testid="wall-tile"
      {...{ [SCHEME_ATTRIBUTE]: "dark" }}
      sx={{
        display: "grid",
        minWidth: 0,
        minHeight: 0,
        borderRadius: "14px",
        overflow: "hidden",
        bgcolor: "#0c0f0e",
        color: "text.primary",
        textDecoration: "none",
        "& > *": { gridArea: "1 / 1", minHeight: 0 },
      }}
    >
      <CoverPicture url={picture?.largeUrl ?? null} alt="" icon={CameraIcon} />
      <Box sx={{ ...ON_PICTURE, alignSelf: "end", minWidth: 0, px: 2, py: 1 }}>
        <Box component="strong" sx={{ ...TWO_LINES, fontSize: "1rem" }}>
          {name}
        </Box>{" "}
        <Box sx={{ display: "flex", color: "text.secondary", whiteSpace: "pre" }}>
          <Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis" }}>
            {of}
          </Box>
          <span> · {received === null ? t`no picture yet` : formatAge(received, now)}</span>
        </Box>
      </Box>
      <Box
        sx={{
          ...ON_PICTURE,
          alignSelf: "start",
          justifySelf: "end",
          m: 1,
          px: 1,
          borderRadius: 1,
        }}
      >
        {state}
      </Box>
    </Box>
  );
}

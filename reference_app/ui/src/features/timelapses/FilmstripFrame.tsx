import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { FilmstripFrame_frame$key } from "./__generated__/FilmstripFrame_frame.graphql";

interface Props {
  readonly frame: FilmstripFrame_frame$key;
  readonly isTabStop: boolean;
}

/** One frame of the strip. A click opens it at full size. */
export function FilmstripFrame({ frame, isTabStop }: Props) {
  const { sequence, thumbnailUrl, imageUrl } = useFragment(
    graphql`
      fragment FilmstripFrame_frame on Frame {
        sequence
        thumbnailUrl
        imageUrl
      }
    `,
    frame,
  );
  return (
    <Box
      component="li"
      data-testid="filmstrip-frame"
      data-sequence={sequence}
      sx={{
        flex: "none",
        "@keyframes arrive": { from: { opacity: 0, transform: "translateX(12px)" } },
        animation: "arrive 0.35s ease-out",
      }}
    >
      <Box
        component="a"
        href={imageUrl}
        target="_blank"
        rel="noreferrer"
        tabIndex={isTabStop ? 0 : -1}
        sx={{
          display: "block",
          borderRadius: "6px",
          overflow: "hidden",
          // The light theme's outline is not visible on the strip's black.
          "&:focus-visible": { outlineColor: "#f1b95f" },
        }}
      >
        <img
          src={thumbnailUrl}
          alt={`Frame ${String(sequence)}`}
          width={112}
          height={64}
          style={{ display: "block", objectFit: "cover" }}
        />
      </Box>
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { FilmstripFrame_frame$key } from "./__generated__/FilmstripFrame_frame.graphql";

interface Props {
  readonly frame: FilmstripFrame_frame$key;
  readonly isTabStop: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

/** One frame of the strip. A click shows it large. */
export function FilmstripFrame({ frame, isTabStop, isSelected, onSelect }: Props) {
  const { sequence, thumbnailUrl, hidden } = useFragment(
    graphql`
      fragment FilmstripFrame_frame on Frame {
        sequence
        thumbnailUrl
        hidden {
          __typename
        }
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
        component="button"
        type="button"
        aria-current={isSelected ? "true" : undefined}
        onClick={onSelect}
        tabIndex={isTabStop ? 0 : -1}
        sx={{
          display: "block",
          p: 0,
          border: "2px solid transparent",
          borderColor: isSelected ? "#f1b95f" : "transparent",
          bgcolor: "transparent",
          cursor: "pointer",
          borderRadius: "6px",
          overflow: "hidden",
          // The light theme's outline is not visible on the strip's black.
          "&:focus-visible": { outlineColor: "#f1b95f" },
        }}
      >
        <img
          src={thumbnailUrl}
          alt={hidden ? t`Frame ${sequence}, hidden from movies` : t`Frame ${sequence}`}
          width={112}
          height={64}
          loading="lazy"
          style={{ display: "block", objectFit: "cover", opacity: hidden ? 0.4 : 1 }}
        />
      </Box>
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { formatCount } from "../../lib/rate.ts";
import type { LeftOutFrames_movie$key } from "./__generated__/LeftOutFrames_movie.graphql";

/** The frames that were left out of a movie, each with the reason. */
export function LeftOutFrames({ movie }: { readonly movie: LeftOutFrames_movie$key }) {
  const { leftOut } = useFragment(
    graphql`
      fragment LeftOutFrames_movie on Movie {
        leftOut {
          frame
          reason
        }
      }
    `,
    movie,
  );
  if (leftOut.length === 0) return null;
  return (
    <Box
      component="details"
      sx={{
        fontSize: "0.86rem",
        "& summary": { cursor: "pointer", color: "warning.main", fontWeight: 600, borderRadius: "4px" },
      }}
    >
      <summary>{t`${formatCount(leftOut.length, "frame")} left out`}</summary>
      <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.5, maxHeight: 180, overflow: "auto" }}>
        {leftOut.map(({ frame, reason }) => (
          <Box component="li" key={frame} sx={{ overflowWrap: "anywhere" }}>
            <strong>{frame}</strong>: {reason}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { formatBytes } from "../../lib/bytes.ts";
import { formatPlayTime } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { ShareLinks } from "../../shared/sharing/ShareLinks.tsx";
import type { MovieCard_movie$key } from "./__generated__/MovieCard_movie.graphql";
import { movieAddress } from "../../shared/subjects/subjectAddress.ts";
import { LeftOutFrames } from "./LeftOutFrames.tsx";
import { MovieBadge } from "./MovieBadge.tsx";
import { MoviePlayer } from "./MoviePlayer.tsx";
import { MovieTransitions } from "./MovieTransitions.tsx";
import { MovieWork } from "./MovieWork.tsx";

/** One movie: its progress while it renders, its player when it is ready, or the reason why it failed. */
export function MovieCard({ movie }: { readonly movie: MovieCard_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MovieCard_movie on Movie {
        id
        name
        state
        fps
        width
        height
        frameCount
        durationSeconds
        bytes
        sound {
          name
        }
        downloadUrl
        ...MovieBadge_movie
        ...MoviePlayer_movie
        ...MovieWork_movie
        ...MovieTransitions_movie
        ...LeftOutFrames_movie
        shareLinks {
          ...ShareLinks_links
        }
      }
    `,
    movie,
  );
  const titleId = useId();
  const properties = [
    formatCount(data.frameCount, "frame"),
    data.durationSeconds == null ? null : formatPlayTime(data.durationSeconds),
    `${String(data.width)}×${String(data.height)}`,
    t`${formatNumber(data.fps)} fps`,
    data.bytes == null ? null : formatBytes(data.bytes),
    data.sound == null ? null : t`with sound`,
  ].filter((property) => property !== null);
  return (
    <Paper
      component="article"
      variant="outlined"
      aria-labelledby={titleId}
      data-testid="movie-card"
      data-state={data.state.toLowerCase()}
      sx={{ overflow: "hidden", minWidth: 0 }}
    >
      <MoviePlayer movie={data} />
      <Box sx={{ p: 2, display: "grid", gap: 1.5 }}>
        <Box>
          <Box sx={{ display: "flex", justifyContent: "space-between", alignItems: "baseline", gap: 2 }}>
            <Typography variant="h3" id={titleId} sx={{ overflowWrap: "anywhere" }}>
              <Link component={RouterLink} to={movieAddress(data.id)} underline="hover" color="inherit">
                {data.name}
              </Link>
            </Typography>
            <MovieBadge movie={data} />
          </Box>
          <Typography variant="caption" component="p" sx={{ color: "text.secondary" }}>
            {properties.join(" · ")}
          </Typography>
        </Box>
        <MovieWork movie={data} />
        <LeftOutFrames movie={data} />
        {data.downloadUrl != null && (
          <Link
            href={data.downloadUrl}
            download
            variant="body2"
            sx={{ justifySelf: "start" }}
          >{t`Download`}</Link>
        )}
        <MovieTransitions movie={data} isOneOfMany />
        <ShareLinks of={data.id} links={data.shareLinks} />
      </Box>
    </Paper>
  );
}

import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";

import { CoverPicture } from "../../design/CoverPicture.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { formatCount } from "../../lib/rate.ts";
import { TimelapseLiveness } from "../../shared/liveness/TimelapseLiveness.tsx";
import type { TimelapseCard_timelapse$key } from "./__generated__/TimelapseCard_timelapse.graphql";

/** A timelapse in the list: its latest frame, frame count and camera. */
export function TimelapseCard({ timelapse }: { readonly timelapse: TimelapseCard_timelapse$key }) {
  const data = useFragment(
    graphql`
      fragment TimelapseCard_timelapse on Timelapse {
        id
        name
        frameCount
        latestFrame {
          thumbnailUrl
        }
        camera {
          name
        }
        ...TimelapseLiveness_timelapse
      }
    `,
    timelapse,
  );
  const { id, name, frameCount, latestFrame, camera } = data;
  return (
    <Paper
      component={Link}
      to={`/timelapses/${encodeURIComponent(id)}`}
      variant="outlined"
      data-testid="timelapse-card"
      sx={{
        display: "block",
        overflow: "hidden",
        textDecoration: "none",
        color: "inherit",
        transition: "border-color 0.15s",
        "&:hover": { borderColor: "primary.main" },
      }}
    >
      <Box
        sx={{
          aspectRatio: "16 / 9",
          bgcolor: "#0c0f0e",
          display: "grid",
        }}
      >
        <CoverPicture url={latestFrame?.thumbnailUrl ?? null} alt="" icon={FilmIcon} />
      </Box>
      <Box sx={{ p: 2, display: "grid", gap: 0.5 }}>
        <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>
          {name}
        </Typography>
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          {formatCount(frameCount, "frame")} · {camera.name}
        </Typography>
        <TimelapseLiveness timelapse={data} />
      </Box>
    </Paper>
  );
}

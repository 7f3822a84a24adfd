import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import type { MovieMeter_movie$key } from "./__generated__/MovieMeter_movie.graphql";
import { ProgressMeter } from "./ProgressMeter.tsx";

interface Props {
  readonly movie: MovieMeter_movie$key;
  readonly testId: string;
  readonly livenessTestId: string;
}

/**
 * How far a movie is. Its worker measures, then renders: before each of them nobody knows how far it is, and the bar
 * stays. Nothing for a movie that nobody renders.
 */
export function MovieMeter({ movie, testId, livenessTestId }: Props) {
  const { displayName, state, progress } = useFragment(
    graphql`
      fragment MovieMeter_movie on Movie {
        displayName
        state
        progress {
          outcome
          ...ProgressMeter_progress
        }
      }
    `,
    movie,
  );
  const label = t`Progress of ${displayName}`;
  if (progress && progress.outcome == null)
    return (
      <ProgressMeter progress={progress} label={label} testId={testId} livenessTestId={livenessTestId} />
    );
  if (state.toLowerCase() !== "rendering") return null;
  return (
    <Box sx={{ display: "grid", gap: 0.75 }}>
      <Typography
        variant="body2"
        sx={{ color: "text.secondary" }}
      >{t`Its worker has not reported how far it is.`}</Typography>
      <LinearProgress data-testid={testId} aria-label={label} />
    </Box>
  );
}

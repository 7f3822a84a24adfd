import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatDuration } from "../../lib/duration.ts";
import { Transitions } from "../live/Transitions.tsx";
import type { LatestMovie_timelapse$key } from "./__generated__/LatestMovie_timelapse.graphql";

/** What the server offers for the latest movie, by the names of its actions. */
export const LATEST_MOVIE_ACTIONS = ["keep_latest_movie", "stop_latest_movie"];

/** Whether a latest movie is kept, and what can be done about it. */
export function LatestMovie({ timelapse }: { readonly timelapse: LatestMovie_timelapse$key }) {
  const data = useFragment(
    graphql`
      fragment LatestMovie_timelapse on Timelapse {
        latestMovieEverySeconds
        ...Transitions_stateful
      }
    `,
    timelapse,
  );
  const every = data.latestMovieEverySeconds;
  return (
    <Panel title="Latest movie">
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <Typography variant="body2" sx={{ color: "text.secondary" }} data-testid="latest-movie">
          {every == null
            ? "Off. It is a movie of all frames that is rendered anew by itself when frames have come."
            : `On. It is rendered anew when frames have come, at most every ${formatDuration(every)}.`}
        </Typography>
        <Transitions
          of={data}
          only={every == null ? ["keep_latest_movie"] : LATEST_MOVIE_ACTIONS}
          labels={every == null ? {} : { keep_latest_movie: "Change it" }}
        />
      </Box>
    </Panel>
  );
}

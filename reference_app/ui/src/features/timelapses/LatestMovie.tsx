import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatInstant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { serverNow } from "../../relay/serverClock.ts";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import { Reasons } from "../../shared/transitions/Reasons.tsx";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { LatestMovie_offers$key } from "./__generated__/LatestMovie_offers.graphql";
import type { LatestMovie_timelapse$key } from "./__generated__/LatestMovie_timelapse.graphql";

const KEEP = "keep_latest_movie";
/** What the server offers for the latest movie, by the names of its actions. */
export const LATEST_MOVIE_ACTIONS = [KEEP, "stop_latest_movie"];

/** Whether a latest movie is kept, and what can be done about it. Nothing for those who can only read that it is off. */
export function LatestMovie({ timelapse }: { readonly timelapse: LatestMovie_timelapse$key }) {
  const data = useFragment(
    graphql`
      fragment LatestMovie_timelapse on Timelapse {
        latestMovieEverySeconds
        latestMovieRequestedAt
        latestMovieRefusals {
          ...Reasons_reasons
        }
        ...LatestMovie_offers
        ...Transitions_stateful
      }
    `,
    timelapse,
  );
  const { availableTransitions } = useFragment<LatestMovie_offers$key>(
    graphql`
      fragment LatestMovie_offers on Stateful {
        availableTransitions {
          name
          ...isForOthers_transition
        }
      }
    `,
    data,
  );
  const every = data.latestMovieEverySeconds;
  const keep = availableTransitions.find(({ name }) => name === KEEP);
  if (every == null && keep && isForOthers(keep)) return null;
  const tried = data.latestMovieRequestedAt;
  return (
    <Panel title={t`Latest movie`}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <Typography variant="body2" sx={{ color: "text.secondary" }} data-testid="latest-movie">
          {every == null
            ? t`Off. It is a movie of all frames that is rendered anew by itself when frames have come.`
            : t`On. It is rendered anew when frames have come, at most every ${formatDuration(every)}.`}
        </Typography>
        {every != null && tried != null && data.latestMovieRefusals.length > 0 && (
          <Alert severity="warning" variant="outlined" data-testid="latest-movie-refused">
            <AlertTitle
              sx={{ fontSize: "0.95rem" }}
            >{t`Refused ${formatInstant(Date.parse(tried), serverNow())}`}</AlertTitle>
            <Reasons reasons={data.latestMovieRefusals} />
            <Box
              sx={{ mt: 0.75 }}
            >{t`It is tried again ${formatDuration(every)} after that, or at once when you change it.`}</Box>
          </Alert>
        )}
        <Transitions
          of={data}
          only={every == null ? [KEEP] : LATEST_MOVIE_ACTIONS}
          labels={every == null ? {} : { keep_latest_movie: t`Change it` }}
        />
      </Box>
    </Panel>
  );
}

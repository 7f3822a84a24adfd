import { t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { ProgressMeter } from "../live/ProgressMeter.tsx";
import { SubjectLink } from "../live/SubjectLink.tsx";
import type { MakingMovie_movie$key } from "./__generated__/MakingMovie_movie.graphql";

/** A movie that is being rendered: its name, which leads to it, and how far it is. */
export function MakingMovie({ movie }: { readonly movie: MakingMovie_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MakingMovie_movie on Movie {
        displayName
        progress {
          ...ProgressMeter_progress
        }
        ...SubjectLink_subject
      }
    `,
    movie,
  );
  return (
    <>
      <Typography variant="h3" component="div" sx={{ mb: 0.5, overflowWrap: "anywhere" }}>
        <SubjectLink subject={data} />
      </Typography>
      {data.progress ? (
        <ProgressMeter
          progress={data.progress}
          label={t`Progress of ${data.displayName}`}
          testId="making-progress"
          livenessTestId="making-liveness"
        />
      ) : (
        <Typography
          variant="body2"
          sx={{ color: "text.secondary" }}
        >{t`Its worker has not reported how far it is.`}</Typography>
      )}
    </>
  );
}

import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { MovieMeter } from "../../shared/progress/MovieMeter.tsx";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import type { MakingMovie_movie$key } from "./__generated__/MakingMovie_movie.graphql";

/** A movie that is being rendered: its name, which leads to it, and how far it is. */
export function MakingMovie({ movie }: { readonly movie: MakingMovie_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MakingMovie_movie on Movie {
        ...MovieMeter_movie
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
      <MovieMeter movie={data} testId="making-progress" livenessTestId="making-liveness" />
    </>
  );
}

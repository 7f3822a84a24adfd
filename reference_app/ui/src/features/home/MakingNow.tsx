import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { RunMeter } from "../../shared/progress/RunMeter.tsx";
import type { MakingNow_home$key } from "./__generated__/MakingNow_home.graphql";
import { MakingMovie } from "./MakingMovie.tsx";

/** The movies and imports that are being worked on, with how far they are; nothing when there are none. */
export function MakingNow({ home }: { readonly home: MakingNow_home$key }) {
  const { making } = useFragment(
    graphql`
      fragment MakingNow_home on Home {
        making {
          ... on Node {
            id
          }
          ...MakingMovie_movie @alias(as: "movie")
          ...RunMeter_run @alias(as: "run")
        }
      }
    `,
    home,
  );
  if (making.length === 0) return null;
  return (
    <Panel title={t`Making now`}>
      <Box
        component="ul"
        data-testid="making-now"
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          display: "grid",
          columnGap: 4,
          rowGap: 2,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(320px, 100%), 1fr))",
        }}
      >
        {making.map(({ id, movie, run }) => (
          <li key={id}>
            {movie && <MakingMovie movie={movie} />}
            {run && <RunMeter run={run} />}
          </li>
        ))}
      </Box>
    </Panel>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import type { ObjectRuns_stateful$key } from "./__generated__/ObjectRuns_stateful.graphql";
import { RunRow } from "./RunRow.tsx";

/** The long work about an object: how far it is, and what can be done with it. Nothing when there is none. */
export function ObjectRuns({ of }: { readonly of: ObjectRuns_stateful$key }) {
  const { runs } = useFragment(
    graphql`
      fragment ObjectRuns_stateful on Stateful {
        runs {
          id
          ...RunRow_run
        }
      }
    `,
    of,
  );
  if (runs.length === 0) return null;
  return (
    <Panel title={t`Under way`}>
      <Box
        component="ul"
        data-testid="object-runs"
        sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}
      >
        {runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </Box>
    </Panel>
  );
}

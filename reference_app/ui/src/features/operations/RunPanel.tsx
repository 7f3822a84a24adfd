import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { RunRow } from "../../shared/progress/RunRow.tsx";
import type { RunPanel_operations$key } from "./__generated__/RunPanel_operations.graphql";

/** Imports and other long work that can be paused, cancelled and resumed. Nothing when there is none. */
export function RunPanel({ operations }: { readonly operations: RunPanel_operations$key }) {
  const { runs } = useFragment(
    graphql`
      fragment RunPanel_operations on Operations {
        runs {
          id
          ...RunRow_run
        }
      }
    `,
    operations,
  );
  if (runs.length === 0) return null;
  return (
    <Panel title={t`Long work`}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
        {runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </Box>
    </Panel>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, instant } from "../../lib/age.ts";
import { RunMeter } from "./RunMeter.tsx";
import { useServerNow } from "../live/useServerNow.ts";
import { Transitions } from "../transitions/Transitions.tsx";
import type { RunRow_run$key } from "./__generated__/RunRow_run.graphql";

/** One run: what it does, how far it is, and the buttons that the server offers. */
export function RunRow({ run }: { readonly run: RunRow_run$key }) {
  const data = useFragment(
    graphql`
      fragment RunRow_run on Run {
        state
        by
        reason
        createdAt
        ...RunMeter_run
        ...Transitions_stateful
      }
    `,
    run,
  );
  const now = useServerNow();
  const facts = [
    data.by === "" ? null : t`started by ${data.by}`,
    formatAge(instant(data.createdAt) ?? now, now),
    data.reason === "" ? null : data.reason,
  ];
  return (
    <Box component="li" data-testid="run" data-state={data.state} sx={{ display: "grid", gap: 0.75 }}>
      <RunMeter run={data} />
      <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
        {facts.filter((fact) => fact !== null).join(" · ")}
      </Typography>
      <Transitions of={data} />
    </Box>
  );
}

import Box from "@mui/material/Box";

import type { LivenessStatus } from "../../lib/liveness.ts";
import { isOpen, useConnection } from "../../relay/connection.ts";
import { Alive } from "./states/Alive.tsx";
import { Finished } from "./states/Finished.tsx";
import { Late } from "./states/Late.tsx";
import { Stalled } from "./states/Stalled.tsx";
import { Unknown } from "./states/Unknown.tsx";

interface Props {
  readonly status: LivenessStatus;
  readonly testId: string;
}

/** Shows in words and colour whether something is alive. */
export function LivenessBadge({ status, testId }: Props) {
  const connected = isOpen(useConnection());
  return (
    <Box component="span" data-testid={testId} data-liveness={status.liveness}>
      <State status={status} connected={connected} />
    </Box>
  );
}

function State({ status, connected }: { readonly status: LivenessStatus; readonly connected: boolean }) {
  switch (status.liveness) {
    case "alive":
      return <Alive status={status} />;
    case "late":
      return <Late status={status} />;
    case "stalled":
      return <Stalled status={status} />;
    case "finished":
      return <Finished />;
    case "unknown":
      return <Unknown connected={connected} />;
  }
}

import Box from "@mui/material/Box";

import type { Judgement } from "../../lib/liveness.ts";
import { isOpen, useConnection } from "../../relay/connection.ts";
import { Alive } from "./states/Alive.tsx";
import { Finished } from "./states/Finished.tsx";
import { Late } from "./states/Late.tsx";
import { Stalled } from "./states/Stalled.tsx";
import { Unknown } from "./states/Unknown.tsx";

interface Props {
  readonly judgement: Judgement;
  readonly testId: string;
}

/** Says in words and colour whether something lives. */
export function LivenessBadge({ judgement, testId }: Props) {
  const connected = isOpen(useConnection());
  return (
    <Box component="span" data-testid={testId} data-liveness={judgement.liveness}>
      <State judgement={judgement} connected={connected} />
    </Box>
  );
}

function State({ judgement, connected }: { readonly judgement: Judgement; readonly connected: boolean }) {
  switch (judgement.liveness) {
    case "alive":
      return <Alive judgement={judgement} />;
    case "late":
      return <Late judgement={judgement} />;
    case "stalled":
      return <Stalled judgement={judgement} />;
    case "finished":
      return <Finished />;
    case "unknown":
      return <Unknown connected={connected} />;
  }
}

import Box from "@mui/material/Box";

import { instant } from "../../lib/age.ts";
import { judge, type Judgement } from "../../lib/liveness.ts";
import { isOpen, useConnection } from "../../relay/connection.ts";
import { Alive } from "./states/Alive.tsx";
import { Finished } from "./states/Finished.tsx";
import { Late } from "./states/Late.tsx";
import { Stalled } from "./states/Stalled.tsx";
import { Unknown } from "./states/Unknown.tsx";
import { useServerNow } from "./useServerNow.ts";

interface Props {
  readonly told: string;
  readonly beatAt: string | null | undefined;
  readonly nextBy: string | null | undefined;
  readonly graceSeconds: number;
  readonly testId?: string;
}

/** Says in words and colour whether something lives, judged anew each second by what it promised. */
export function LivenessBadge({ told, beatAt, nextBy, graceSeconds, testId }: Props) {
  const now = useServerNow();
  const connected = isOpen(useConnection());
  const pulse = { told, beatAt: instant(beatAt), nextBy: instant(nextBy), graceMs: graceSeconds * 1000 };
  const judgement = judge(pulse, now, connected);
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

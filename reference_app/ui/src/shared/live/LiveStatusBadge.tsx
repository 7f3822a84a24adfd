import Box from "@mui/material/Box";

import { isOpen, useConnection } from "../../relay/connection.ts";
import { Live } from "./states/Live.tsx";
import { Stale } from "./states/Stale.tsx";
import { Starting } from "./states/Starting.tsx";
import type { LiveStatus } from "./useLive.ts";

/** Shows whether the page's data is live. */
export function LiveStatusBadge({ status }: { readonly status: LiveStatus }) {
  const connected = isOpen(useConnection());
  const shown = connected || status === "starting" ? status : "stale";
  return (
    <Box component="span" data-testid="live-status" data-status={shown}>
      {shown === "live" ? <Live /> : shown === "stale" ? <Stale /> : <Starting />}
    </Box>
  );
}

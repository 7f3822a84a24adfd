import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useState } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import {
  connection,
  useConnection,
  type ConnectionState,
  type ConnectionStore,
} from "../../relay/connection.ts";

const THANKS_MS = 4000;

/** Says that the live connection is lost and when it is tried again; and for a moment that it is back. */
export function ConnectionBanner({ store = connection }: { readonly store?: ConnectionStore }) {
  const state = useConnection(store);
  const healed = useJustHealed(state);
  const lost = state.kind === "waiting" || (state.kind === "connecting" && state.attempt > 0);
  return (
    <Box role="status" sx={{ maxWidth: 1560, width: "100%", mx: "auto" }}>
      {lost && <Lost state={state} onTryNow={store.tryNow} />}
      {healed && (
        <Alert severity="success" data-testid="connection-healed" sx={{ borderRadius: 0 }}>
          Connected again. What you see is up to date.
        </Alert>
      )}
    </Box>
  );
}

function Lost({ state, onTryNow }: { readonly state: ConnectionState; readonly onTryNow: () => void }) {
  return (
    <Alert
      severity="warning"
      data-testid="connection-banner"
      sx={{ borderRadius: 0, alignItems: "center" }}
      action={
        state.kind === "waiting" ? (
          <Button color="inherit" size="small" onClick={onTryNow}>
            Try now
          </Button>
        ) : undefined
      }
    >
      {/* The count is for the eye: read out each second it would drown everything else. */}
      <VisuallyHidden>Connection lost. It is tried again by itself.</VisuallyHidden>
      <span aria-hidden>
        Connection lost. Trying again
        {state.kind === "waiting" && <Countdown key={state.retryAt} until={state.retryAt} />}…
      </span>
    </Alert>
  );
}

function Countdown({ until }: { readonly until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return ` in ${String(Math.max(0, Math.ceil((until - now) / 1000)))} s`;
}

function useJustHealed(state: ConnectionState): boolean {
  const [thanked, setThanked] = useState<ConnectionState | null>(null);
  const healed = state.kind === "open" && state.healed;
  useEffect(() => {
    if (!healed) return undefined;
    const timer = setTimeout(() => {
      setThanked(state);
    }, THANKS_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [healed, state]);
  return healed && thanked !== state;
}

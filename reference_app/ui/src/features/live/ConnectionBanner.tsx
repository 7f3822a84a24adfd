import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useState } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import { connection, useConnection, type ConnectionState, type ConnectionStore } from "../../relay/connection.ts";

const THANKS_MS = 4000;

/** Says that the live connection is lost and when it is tried again; and for a moment that it is back. */
export function ConnectionBanner({ store = connection }: { readonly store?: ConnectionStore }) {
  const state = useConnection(store);
  const healed = useJustHealed(state);
  const lost = state.kind === "waiting" || (state.kind === "connecting" && state.attempt > 0);
  return (
    <Box role="status" sx={{ maxWidth: 1280, width: "100%", mx: "auto" }}>
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
  const seconds = useSecondsUntil(state.kind === "waiting" ? state.retryAt : null);
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
      <span aria-hidden>{seconds === null ? "Connection lost. Trying again…" : `Connection lost. Trying again in ${String(seconds)} s…`}</span>
    </Alert>
  );
}

function useSecondsUntil(at: number | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [at]);
  return at === null ? null : Math.max(0, Math.ceil((at - now) / 1000));
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

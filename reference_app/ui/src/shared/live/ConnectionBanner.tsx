import { t } from "@lingui/core/macro";
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

const SHOW_RESTORED_MS = 4000;

/** Shows that the live connection is lost and when it is retried, and briefly that it is restored. */
export function ConnectionBanner({ store = connection }: { readonly store?: ConnectionStore }) {
  const state = useConnection(store);
  const restored = useJustRestored(state);
  const lost =
    state.kind === "waiting" ||
    state.kind === "offline" ||
    (state.kind === "connecting" && state.attempt > 0);
  return (
    <Box role="status" sx={{ maxWidth: 1560, width: "100%", mx: "auto" }}>
      {lost && <Lost state={state} onTryNow={store.tryNow} />}
      {restored && (
        <Alert
          severity="success"
          data-testid="connection-restored"
          sx={{ borderRadius: 0 }}
        >{t`Reconnected. This page is up to date.`}</Alert>
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
        state.kind !== "connecting" ? (
          <Button color="inherit" size="small" onClick={onTryNow}>{t`Reconnect now`}</Button>
        ) : undefined
      }
    >
      {/* The countdown is hidden from screen readers: announced each second, it would drown everything else. */}
      <VisuallyHidden>
        {state.kind === "offline" ? offline() : t`Connection lost. Reconnecting automatically.`}
      </VisuallyHidden>
      <span aria-hidden>
        {state.kind === "offline" ? (
          offline()
        ) : state.kind === "waiting" ? (
          <Countdown key={state.retryAt} until={state.retryAt} />
        ) : (
          t`Connection lost. Reconnecting…`
        )}
      </span>
    </Alert>
  );
}

function offline(): string {
  return t`You are offline. This page reconnects as soon as the network is back.`;
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
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return t`Connection lost. Reconnecting in ${seconds} s…`;
}

function useJustRestored(state: ConnectionState): boolean {
  const [dismissed, setDismissed] = useState<ConnectionState | null>(null);
  const restored = state.kind === "open" && state.restored;
  useEffect(() => {
    if (!restored) return undefined;
    const timer = setTimeout(() => {
      setDismissed(state);
    }, SHOW_RESTORED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [restored, state]);
  return restored && dismissed !== state;
}

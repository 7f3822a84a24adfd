import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";

import { formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import { driverName } from "./driverName.ts";
import type { PairingLookup, PairingRequest } from "./usePairingRequest.ts";

/** What is let in when the code is approved: the agent, its address, and the camera that it was before. */
export function PairingRequestPanel({ lookup }: { readonly lookup: PairingLookup }) {
  switch (lookup.state) {
    case "incomplete":
    case "looking":
      return null;
    case "unknown":
      return <Alert severity="info" variant="outlined">{t`No camera shows this code now.`}</Alert>;
    case "failed":
      return (
        <Alert severity="warning" variant="outlined">
          {lookup.error.message}
        </Alert>
      );
    case "found":
      return <Found request={lookup.request} />;
  }
}

function Found({ request }: { readonly request: PairingRequest }) {
  const now = useServerNow();
  const { name, driver, model, agent, address, camera } = request;
  const revoked = instant(camera?.revokedAt);
  return (
    <Alert
      severity={camera?.state === "revoked" ? "warning" : "info"}
      variant="outlined"
      data-testid="pairing-request"
    >
      <Box component="strong">{name}</Box>,{" "}
      {[driverName(driver), model].filter((part) => part !== "").join(", ")}
      {address !== "" && `, ${t`at ${address}`}`}
      {agent !== "" && ` (${agent})`}.
      {camera != null && (
        <Box sx={{ mt: 0.5 }}>
          {camera.state === "revoked"
            ? `${wasRevoked(camera.name, camera.revokedBy, revoked === null ? "" : formatInstant(revoked, now))} ${t`Approving lets it in again.`}`
            : t`It is ${camera.name}, which is paired already. Approving gives it a new token.`}
        </Box>
      )}
    </Alert>
  );
}

function wasRevoked(name: string, by: string, when: string): string {
  if (by === "") return when === "" ? t`${name} was revoked.` : t`${name} was revoked on ${when}.`;
  return when === "" ? t`${name} was revoked by ${by}.` : t`${name} was revoked by ${by} on ${when}.`;
}

import { instant } from "../../lib/age.ts";
import { assessLiveness, type LivenessStatus } from "../../lib/liveness.ts";
import { connection, isOpen, useConnection } from "../../relay/connection.ts";
import { serverTime } from "../../relay/serverClock.ts";
import { useServerNow } from "../live/useServerNow.ts";

/** The fields by which the server describes heartbeats, for progress and for cameras. */
export interface HeartbeatFields {
  readonly liveness: string;
  readonly heartbeatAt: string | null | undefined;
  readonly nextBy: string | null | undefined;
  readonly graceSeconds: number;
}

/** Assesses liveness each second, by the promised next heartbeat and the server's clock. */
export function useLivenessStatus({
  liveness,
  heartbeatAt,
  nextBy,
  graceSeconds,
}: HeartbeatFields): LivenessStatus {
  const now = useServerNow();
  const connected = isOpen(useConnection());
  const contactAt = connected ? serverTime(connection.lastMessageAt()) : null;
  return assessLiveness(
    {
      reported: liveness,
      heartbeatAt: instant(heartbeatAt),
      nextBy: instant(nextBy),
      graceMs: graceSeconds * 1000,
    },
    now,
    contactAt,
  );
}

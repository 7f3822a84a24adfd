import { useEffect, useEffectEvent, useState } from "react";
import { requestSubscription, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType, SelectorStoreUpdater } from "relay-runtime";

import { hasGap, staleAfterMs, type Envelope } from "../../lib/sequence.ts";
import { RequestFailed } from "../../relay/network.ts";

/** How a subscription does: nothing came yet, messages come as promised, or the next one is overdue. */
export type LiveStatus = "starting" | "live" | "stale";

/** How a page does that follows two subscriptions. */
export function worse(one: LiveStatus, other: LiveStatus): LiveStatus {
  return one === "live" || other === "stale" ? other : one;
}

/** A subscription that ended (a server restart, an error) is asked for again after this time. */
const ASK_AGAIN_MS = 3000;

interface Options<T extends OperationType> {
  readonly subscription: GraphQLTaggedNode;
  readonly variables: T["variables"];
  readonly envelope: (response: T["response"]) => Envelope;
  readonly updater?: SelectorStoreUpdater<T["response"]>;
  readonly onSnapshot?: () => void;
}

/**
 * Follows a subscription: a gap in the numbers, silence beyond the promised beat or an end makes it start anew,
 * and with that the server sends a snapshot. (A lost connection is healed below, by the socket.) When the
 * session is over it throws, for the page around it to lead to the door.
 */
export function useLive<T extends OperationType>(options: Options<T>): LiveStatus {
  const environment = useRelayEnvironment();
  const [status, setStatus] = useState<LiveStatus>("starting");
  const [round, setRound] = useState(0);
  const [over, setOver] = useState<RequestFailed | null>(null);
  if (over !== null) throw over;
  const variables = JSON.stringify(options.variables);

  const start = useEffectEvent((onMessage: (message: Envelope) => void, onEnd: (error?: Error) => void) =>
    requestSubscription<T>(environment, {
      subscription: options.subscription,
      variables: options.variables,
      updater: options.updater,
      onNext: (response) => {
        if (response !== null && response !== undefined) onMessage(options.envelope(response));
      },
      onError: onEnd,
      onCompleted: () => {
        onEnd();
      },
    }),
  );
  const snapshotArrived = useEffectEvent(() => options.onSnapshot?.());

  useEffect(() => {
    let lastSeq: number | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      setRound((before) => before + 1);
    };
    const againAfter = (delay: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        setStatus("stale");
        again();
      }, delay);
    };
    const subscription = start(
      (message) => {
        if (hasGap(lastSeq, message)) {
          again();
          return;
        }
        lastSeq = message.seq;
        setStatus("live");
        againAfter(staleAfterMs(message.beatSeconds));
        if (message.kind === "SNAPSHOT") snapshotArrived();
      },
      (error) => {
        if (error instanceof RequestFailed && error.code === "signed_out") setOver(error);
        else againAfter(ASK_AGAIN_MS);
      },
    );
    return () => {
      clearTimeout(timer);
      subscription.dispose();
    };
  }, [environment, variables, round]);

  return status;
}

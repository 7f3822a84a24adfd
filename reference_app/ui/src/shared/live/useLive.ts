import { useEffect, useEffectEvent, useRef, useState } from "react";
import { requestSubscription, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType, SelectorStoreUpdater } from "relay-runtime";

import { hasGap, staleAfterMs, type Envelope } from "../../lib/sequence.ts";
import { connection } from "../../relay/connection.ts";
import { RequestFailed } from "../../relay/network.ts";

/** The state of a subscription: no message yet, messages arrive as promised, or the next one is overdue. */
export type LiveStatus = "starting" | "live" | "stale";

/** The status of a page with two subscriptions: the worse of the two. */
export function worse(one: LiveStatus, other: LiveStatus): LiveStatus {
  return one === "live" || other === "stale" ? other : one;
}

/** A subscription that ended (a server restart, an error) is started again after this time. */
const RESTART_MS = 3000;
/** One whose first message has not come after this time is started again; the second time over another socket. */
const FIRST_MESSAGE_MS = 15_000;

interface Options<T extends OperationType> {
  readonly subscription: GraphQLTaggedNode;
  readonly variables: T["variables"];
  readonly envelope: (response: T["response"]) => Envelope;
  readonly updater?: SelectorStoreUpdater<T["response"]>;
  readonly onSnapshot?: () => void;
}

/**
 * Follows a subscription. A gap in the sequence, an overdue beat or an end restarts it, and the server then sends
 * a new snapshot. (The socket itself recovers from a lost connection.) It throws what trying again can't mend, so
 * that the page says so.
 */
export function useLive<T extends OperationType>(options: Options<T>): LiveStatus {
  const environment = useRelayEnvironment();
  const [status, setStatus] = useState<LiveStatus>("starting");
  const [round, setRound] = useState(0);
  const [refused, setRefused] = useState<RequestFailed | null>(null);
  if (refused !== null) throw refused;
  const variables = JSON.stringify(options.variables);
  /** How many times in a row no first message came. */
  const unanswered = useRef(0);

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
    const againAfter = (delay: number, before: () => void = () => undefined) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        before();
        setStatus("stale");
        again();
      }, delay);
    };
    againAfter(FIRST_MESSAGE_MS, () => {
      unanswered.current += 1;
      if (unanswered.current % 2 === 0) connection.renew();
    });
    const subscription = start(
      (message) => {
        if (hasGap(lastSeq, message)) {
          again();
          return;
        }
        lastSeq = message.seq;
        unanswered.current = 0;
        setStatus("live");
        againAfter(staleAfterMs(message.heartbeatSeconds));
        if (message.kind === "SNAPSHOT") snapshotArrived();
      },
      (error) => {
        if (error instanceof RequestFailed && isFinal(error)) setRefused(error);
        else againAfter(RESTART_MS);
      },
    );
    return () => {
      clearTimeout(timer);
      subscription.dispose();
    };
  }, [environment, variables, round]);

  return status;
}

function isFinal({ code }: RequestFailed): boolean {
  return code === "signed_out" || code === "refused" || code === "absent";
}

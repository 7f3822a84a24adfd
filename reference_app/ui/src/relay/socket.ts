import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import type { GraphQLError } from "graphql";
import { createClient, type Client } from "graphql-ws";
import { Observable, type GraphQLResponse, type SubscribeFunction } from "relay-runtime";

import { isOpen, type ConnectionStore } from "./connection.ts";
import { documentOf, failureOf, RequestFailed } from "./network.ts";
import { session } from "./session.ts";
import { traceparent } from "./trace.ts";

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_WAIT_MS = 15_000;
/** A server that accepts the socket answers the first message within this time, or the socket is closed. */
const ACKNOWLEDGED_WITHIN_MS = 10_000;

/** How long to wait before attempt `attempt` (from 1): 1, 2, 4, 8, then 15 s, with up to a quarter more by chance. */
export function retryDelay(attempt: number, chance: number): number {
  return Math.min(1000 * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (1 + chance / 4);
}

/** Opens the live connection with the first subscription, keeps it alive and reports its state to the store. */
export function createSocket(store: ConnectionStore): Client {
  let attempt = 0;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}/graphql`,
    connectionParams: () => ({ language: i18n.locale }),
    lazyCloseTimeout: 3000,
    keepAlive: PING_EVERY_MS,
    connectionAckWaitTimeout: ACKNOWLEDGED_WITHIN_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => {
      attempt = retries + 1;
      return store.wait(attempt, retryDelay(attempt, Math.random()));
    },
    on: {
      connecting: () => {
        store.set({ kind: "connecting", attempt });
      },
      connected: (_socket, _payload, wasRetry) => {
        attempt = 0;
        store.set({ kind: "open", restored: wasRetry });
      },
      closed: () => {
        clearTimeout(pongTimer);
        if (isOpen(store.get()) || store.get().kind === "connecting") store.set({ kind: "idle" });
      },
      message: () => {
        store.received(Date.now());
      },
      ping: (received) => {
        if (received) return;
        pongTimer = setTimeout(() => {
          client.terminate();
        }, PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
    },
  });
  store.renew = () => {
    client.terminate();
  };
  // A socket outlives its network unnoticed until a ping has no answer.
  window.addEventListener("offline", () => {
    client.terminate();
  });
  return client;
}

/** Creates Relay's subscribe function over the socket. */
export function subscribeOver(client: Client): SubscribeFunction {
  return (request, variables) =>
    Observable.create<GraphQLResponse>((sink) => {
      const asked = session.current();
      const { query, extensions } = documentOf(request);
      return client.subscribe<GraphQLResponse>(
        {
          query,
          operationName: request.name,
          variables,
          extensions: { ...extensions, traceparent: traceparent() },
        },
        {
          // graphql-ws and Relay have different types for the same GraphQL response.
          next: (answer) => {
            const failure = failureOf(answer, asked);
            if (failure === null) {
              sink.next(answer as unknown as GraphQLResponse);
              return;
            }
            sink.error(failure);
            // The next user who signs in needs a new connection: this one stays anonymous. It is closed after
            // this operation has ended, or the client would reconnect for it.
            if (failure.code === "signed_out") {
              setTimeout(() => {
                client.terminate();
              });
            }
          },
          error: (reason: unknown) => {
            sink.error(asError(reason, asked));
          },
          complete: () => {
            sink.complete();
          },
        },
      );
    });
}

/** graphql-ws reports an error, the server's GraphQL errors, or the event that closed the socket. */
function asError(reason: unknown, asked: number): Error {
  if (reason instanceof Error) return reason;
  const refused = Array.isArray(reason) ? failureOf({ errors: reason as GraphQLError[] }, asked) : null;
  return refused ?? new RequestFailed("unreachable", t`The live updates ended.`, "");
}

import { Environment, Network, RecordSource, Store } from "relay-runtime";

import { connection } from "./connection.ts";
import { fetchGraphQL } from "./network.ts";
import { createSocket, subscribeOver } from "./socket.ts";

/** The page's one Relay environment: queries and mutations over HTTP, subscriptions over a WebSocket. */
export const environment = new Environment({
  network: Network.create(fetchGraphQL, subscribeOver(createSocket(connection))),
  store: new Store(new RecordSource(), { gcReleaseBufferSize: 10 }),
});

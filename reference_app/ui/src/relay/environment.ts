import { Environment, Network, RecordSource, Store } from "relay-runtime";

import { connection } from "./connection.ts";
import { fetchGraphQL } from "./network.ts";
import { createSocket, subscribeOver } from "./socket.ts";
import { watchClicks } from "./trace.ts";

/** Relay cleans up when a page is left. A page may stay open for days while frames come and go, so we ask too. */
const CLEAN_UP_EVERY_MS = 5 * 60_000;

const store = new Store(new RecordSource(), { gcReleaseBufferSize: 10 });
setInterval(() => {
  store.scheduleGC();
}, CLEAN_UP_EVERY_MS);

watchClicks(document);

/** The page's one Relay environment: queries and mutations over HTTP, subscriptions over a WebSocket. */
export const environment = new Environment({
  network: Network.create(fetchGraphQL, subscribeOver(createSocket(connection))),
  store,
});

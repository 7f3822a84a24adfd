import { Environment, Network, RecordSource, Store } from "relay-runtime";

import { connection } from "./connection.ts";
import { Deletions } from "./deletions.ts";
import { fetchGraphQL } from "./network.ts";
import { createSocket, subscribeOver } from "./socket.ts";
import { watchClicks } from "./trace.ts";

/** Relay collects garbage when a page is left. A page may stay open for days, so it is also collected periodically. */
const COLLECT_EVERY_MS = 5 * 60_000;

const store = new Store(new RecordSource(), { gcReleaseBufferSize: 10 });
setInterval(() => {
  store.scheduleGC();
}, COLLECT_EVERY_MS);

watchClicks(document);

const deletions = new Deletions();

/** The page's Relay environment: queries and mutations over HTTP, subscriptions over a WebSocket. */
export const environment: Environment = new Environment({
  network: Network.create(
    deletions.around(fetchGraphQL, () => environment),
    subscribeOver(createSocket(connection)),
  ),
  handlerProvider: deletions.handlerProvider,
  store,
});

import { loadQuery, type PreloadedQuery } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";

import { environment } from "./environment.ts";

const held = new Map<string, { dispose: () => void }>();

/**
 * Starts a page's query while its code is still on the way (render as you fetch). What the same place held before
 * is let go once the new page has had time to take its own hold.
 */
export function preload<T extends OperationType>(
  place: string,
  query: GraphQLTaggedNode,
  variables: T["variables"],
): PreloadedQuery<T> {
  const reference = loadQuery<T>(environment, query, variables, { fetchPolicy: "store-and-network" });
  const before = held.get(place);
  held.set(place, reference);
  if (before)
    setTimeout(() => {
      before.dispose();
    }, 10_000);
  return reference;
}

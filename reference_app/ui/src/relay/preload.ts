import { loadQuery, type PreloadedQuery } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";

import { environment } from "./environment.ts";

const references = new Map<string, { dispose: () => void }>();

/**
 * Starts a page's query while its code still loads (render as you fetch). The previous query of the same place is
 * released once the new page has had time to retain its own data.
 */
export function preload<T extends OperationType>(
  place: string,
  query: GraphQLTaggedNode,
  variables: T["variables"],
): PreloadedQuery<T> {
  const reference = loadQuery<T>(environment, query, variables, { fetchPolicy: "store-and-network" });
  const before = references.get(place);
  references.set(place, reference);
  if (before)
    setTimeout(() => {
      before.dispose();
    }, 10_000);
  return reference;
}

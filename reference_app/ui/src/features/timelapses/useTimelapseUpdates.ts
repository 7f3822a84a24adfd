import { useRef } from "react";
import { commitLocalUpdate, graphql, useRelayEnvironment } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linked, linkedList } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useTimelapseUpdatesSubscription } from "./__generated__/useTimelapseUpdatesSubscription.graphql";
import { prependMovie } from "./useRenderTimelapse.ts";

const MAX_FRAMES = 40;
/** No more than these can arrive while the lists are fetched again. */
const MAX_ARRIVED = 200;

/**
 * Keeps a timelapse's page up to date. A snapshot carries the timelapse itself; `refresh` then fetches the lists
 * again. Nodes that arrive meanwhile are added once more afterwards, because the answer may be older than they are.
 */
export function useTimelapseUpdates(timelapse: string, refresh: (onDone: () => void) => void): LiveStatus {
  const environment = useRelayEnvironment();
  const arrived = useRef<string[]>([]);

  const remember = (nodes: readonly RecordProxy[]) => {
    arrived.current = [...arrived.current, ...nodes.map((node) => node.getDataID())].slice(-MAX_ARRIVED);
  };
  const addArrived = () => {
    commitLocalUpdate(environment, (store) => {
      const record = store.get(timelapse);
      if (record)
        addNodes(
          store,
          record,
          arrived.current.flatMap((id) => store.get(id) ?? []),
        );
    });
  };

  return useLive<useTimelapseUpdatesSubscription>({
    subscription: graphql`
      subscription useTimelapseUpdatesSubscription($timelapse: ID!) {
        timelapseUpdates(id: $timelapse) {
          kind
          seq
          beatSeconds
          timelapse {
            ...TimelapsePage_live
          }
          newFrames {
            node {
              __typename
              ...FilmstripFrame_frame
            }
          }
          newMovies {
            node {
              __typename
              ...MovieCard_movie
            }
          }
          movie {
            ...MovieCard_movie
          }
        }
      }
    `,
    variables: { timelapse },
    envelope: (response) => response.timelapseUpdates,
    updater: (store) => {
      const update = answered(store, "timelapseUpdates");
      const record = linked(update, "timelapse");
      if (!record) return;
      const nodes = ["newFrames", "newMovies"].flatMap((field) => newNodes(update, field));
      remember(nodes);
      addNodes(store, record, nodes);
    },
    onSnapshot: () => {
      arrived.current = [];
      refresh(addArrived);
    },
  });
}

function newNodes(update: RecordProxy | null, field: string): RecordProxy[] {
  return linkedList(update, field).flatMap((edge) => linked(edge, "node") ?? []);
}

function addNodes(store: RecordSourceProxy, timelapse: RecordProxy, nodes: readonly RecordProxy[]): void {
  const strip = ConnectionHandler.getConnection(timelapse, "Filmstrip_frames");
  for (const node of nodes) {
    if (node.getType() === "Movie") prependMovie(store, timelapse, node);
    else if (strip) insertOnce(store, strip, node, { at: "end", edgeType: "FrameEdge", keep: MAX_FRAMES });
  }
}

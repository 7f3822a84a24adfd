import { useRef, type RefObject } from "react";
import { commitLocalUpdate, graphql, useRelayEnvironment } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linkedList } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useTimelapseUpdatesSubscription } from "./__generated__/useTimelapseUpdatesSubscription.graphql";
import { prependMovie } from "./useRenderTimelapse.ts";

const MAX_FRAMES = 40;
/** No more than these can change while the lists are fetched again. */
const MAX_REMEMBERED = 200;

/**
 * Keeps a timelapse's page up to date. A snapshot carries the timelapse itself; `refresh` then fetches the lists
 * again. What changes or is gone meanwhile is applied once more afterwards, because the answer may be older.
 */
export function useTimelapseUpdates(timelapse: string, refresh: (onDone: () => void) => void): LiveStatus {
  const environment = useRelayEnvironment();
  const changed = useRef<string[]>([]);
  const gone = useRef<string[]>([]);

  const applyRemembered = () => {
    commitLocalUpdate(environment, (store) => {
      for (const id of gone.current) store.delete(id);
      insertNew(
        store,
        timelapse,
        changed.current.flatMap((id) => store.get(id) ?? []),
      );
    });
  };

  return useLive<useTimelapseUpdatesSubscription>({
    subscription: graphql`
      subscription useTimelapseUpdatesSubscription($timelapse: ID!) {
        timelapseUpdates(id: $timelapse) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            __typename
            ... on Timelapse {
              ...TimelapsePage_live @alias
            }
            ... on Frame {
              ...FilmstripFrame_frame @alias
            }
            ... on Movie {
              createdAt
              ...MovieCard_movie @alias
            }
          }
        }
      }
    `,
    variables: { timelapse },
    envelope: (response) => response.timelapseUpdates,
    updater: (store) => {
      const update = answered(store, "timelapseUpdates");
      const nodes = linkedList(update, "changed");
      remember(
        changed,
        nodes.map((node) => node.getDataID()),
      );
      remember(gone, (update?.getValue("gone") ?? []) as string[]);
      insertNew(store, timelapse, nodes);
    },
    onSnapshot: () => {
      changed.current = [];
      gone.current = [];
      refresh(applyRemembered);
    },
  });
}

function remember(list: RefObject<string[]>, ids: readonly string[]): void {
  list.current = [...list.current, ...ids].slice(-MAX_REMEMBERED);
}

/** Adds to the timelapse's lists what they lack. */
function insertNew(store: RecordSourceProxy, id: string, nodes: readonly RecordProxy[]): void {
  const timelapse = store.get(id);
  if (!timelapse) return;
  const strip = ConnectionHandler.getConnection(timelapse, "Filmstrip_frames");
  for (const node of nodes) {
    if (node.getType() === "Movie") prependMovie(store, timelapse, node);
    else if (node.getType() === "Frame" && strip)
      insertOnce(store, strip, node, { at: "end", edgeType: "FrameEdge", keep: MAX_FRAMES });
  }
}

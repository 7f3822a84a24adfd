import { useRef, type RefObject } from "react";
import { commitLocalUpdate, graphql, useRelayEnvironment } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linked, linkedList } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useTimelapseUpdatesSubscription } from "./__generated__/useTimelapseUpdatesSubscription.graphql";
import { insertMovie } from "./useRenderTimelapse.ts";

/** The most frames of the strip: while it follows the newest, old ones leave; else no more are added. */
const MAX_FRAMES = { following: 40, looking: 400 };
/** No more than these can change while the lists are fetched again. */
const MAX_REMEMBERED = 200;

/**
 * Keeps a timelapse's page up to date. A snapshot carries the timelapse itself; `refresh` then fetches the lists
 * again. What is new meanwhile is put into them once more afterwards, because the answer may be older.
 */
export function useTimelapseUpdates(
  timelapse: string,
  refresh: (onDone: () => void) => void,
  following: RefObject<boolean>,
): LiveStatus {
  const environment = useRelayEnvironment();
  const changed = useRef<string[]>([]);

  const applyRemembered = () => {
    commitLocalUpdate(environment, (store) => {
      insertNew(
        store,
        timelapse,
        changed.current.flatMap((id) => store.get(id) ?? []),
        following.current,
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
              cursor
              capturedAt
              ...FilmstripFrame_frame @alias
              ...FrameViewer_frame @alias
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
      insertNew(store, timelapse, nodes, following.current);
    },
    onSnapshot: () => {
      changed.current = [];
      refresh(applyRemembered);
    },
  });
}

function remember(list: RefObject<string[]>, ids: readonly string[]): void {
  list.current = [...list.current, ...ids].slice(-MAX_REMEMBERED);
}

/** Adds to the timelapse's lists what they lack. */
function insertNew(
  store: RecordSourceProxy,
  id: string,
  nodes: readonly RecordProxy[],
  following: boolean,
): void {
  const timelapse = store.get(id);
  if (!timelapse) return;
  const strip = ConnectionHandler.getConnection(timelapse, "FrameBrowser_frames");
  for (const node of nodes) {
    if (node.getType() === "Movie") insertMovie(store, timelapse, node);
    else if (node.getType() === "Frame" && strip) appendFrame(store, strip, node, following);
  }
}

/** Adds a frame to the strip, unless it ends before the newest frames or begins after this one. */
function appendFrame(
  store: RecordSourceProxy,
  strip: RecordProxy,
  frame: RecordProxy,
  following: boolean,
): void {
  const page = linked(strip, "pageInfo");
  const first = linked(linkedList(strip, "edges")[0] ?? null, "node");
  const isEarlier = first !== null && capturedAt(frame) < capturedAt(first);
  if (page?.getValue("hasNextPage") === true || isEarlier) return;
  if (!following && linkedList(strip, "edges").length >= MAX_FRAMES.looking) {
    page?.setValue(true, "hasNextPage");
    return;
  }
  const keep = following ? MAX_FRAMES.following : MAX_FRAMES.looking;
  insertOnce(store, strip, frame, { at: "end", edgeType: "FrameEdge", keep });
  const edges = linkedList(strip, "edges");
  const [begin, end] = [edges[0], edges.at(-1)];
  end?.setValue(String(linked(end, "node")?.getValue("cursor")), "cursor");
  page?.setValue(end?.getValue("cursor"), "endCursor");
  if (page && page.getValue("startCursor") !== begin?.getValue("cursor"))
    page.setValue(begin?.getValue("cursor"), "startCursor").setValue(true, "hasPreviousPage");
}

function capturedAt(frame: RecordProxy): number {
  return Date.parse(String(frame.getValue("capturedAt")));
}

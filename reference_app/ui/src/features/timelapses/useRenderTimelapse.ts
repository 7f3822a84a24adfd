import { graphql } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linked } from "../../relay/records.ts";
import { useAction } from "../live/useAction.ts";
import type {
  RenderTimelapseInput,
  useRenderTimelapseMutation,
} from "./__generated__/useRenderTimelapseMutation.graphql";

/** The most movies that a list keeps while it grows live. */
const MOVIES_KEPT = 100;

/** Puts a movie at the head of its timelapse's list, once. */
export function prependMovie(store: RecordSourceProxy, timelapse: RecordProxy, movie: RecordProxy): void {
  const list = ConnectionHandler.getConnection(timelapse, "MovieList_movies");
  if (list) insertOnce(store, list, movie, { at: "start", edgeType: "MovieEdge", keep: MOVIES_KEPT });
}

/** Asks the server for a movie of the frames that are there now. */
export function useRenderTimelapse(): [(input: RenderTimelapseInput) => void, boolean] {
  const [send, busy] = useAction<useRenderTimelapseMutation>(
    graphql`
      mutation useRenderTimelapseMutation($input: RenderTimelapseInput!) {
        renderTimelapse(input: $input) {
          movieEdge {
            node {
              ...MovieCard_movie
            }
          }
          timelapse {
            ...RenderPanel_timelapse
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    {
      errors: (response) => response.renderTimelapse.errors,
      updater: (store) => {
        const payload = answered(store, "renderTimelapse");
        const timelapse = linked(payload, "timelapse");
        const movie = linked(linked(payload, "movieEdge"), "node");
        if (timelapse && movie) prependMovie(store, timelapse, movie);
      },
    },
  );
  return [
    (input) => {
      send({ variables: { input } });
    },
    busy,
  ];
}

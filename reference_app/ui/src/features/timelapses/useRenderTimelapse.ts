import { graphql } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linked } from "../../relay/records.ts";
import { useAction } from "../live/useAction.ts";
import type {
  RenderTimelapseInput,
  useRenderTimelapseMutation,
} from "./__generated__/useRenderTimelapseMutation.graphql";

/** The most movies that a list keeps while live updates add to it. */
const MAX_MOVIES = 100;

/** Adds a movie at the start of its timelapse's list, unless the list has it. */
export function prependMovie(store: RecordSourceProxy, timelapse: RecordProxy, movie: RecordProxy): void {
  const list = ConnectionHandler.getConnection(timelapse, "MovieList_movies");
  if (list) insertOnce(store, list, movie, { at: "start", edgeType: "MovieEdge", keep: MAX_MOVIES });
}

/** Requests a movie of the frames that the timelapse has now. */
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

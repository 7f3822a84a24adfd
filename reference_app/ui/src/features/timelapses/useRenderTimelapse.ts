import { graphql } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { insertOnce } from "../../relay/edges.ts";
import { answered, linked, linkedList } from "../../relay/records.ts";
import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  RenderTimelapseInput,
  useRenderTimelapseMutation,
} from "./__generated__/useRenderTimelapseMutation.graphql";

/** The most movies that a list keeps while live updates add to it. */
const MAX_MOVIES = 100;

/** Adds a new movie at the start of its timelapse's list, unless the list has it or ends before an old one. */
export function prependMovie(store: RecordSourceProxy, timelapse: RecordProxy, movie: RecordProxy): void {
  const list = ConnectionHandler.getConnection(timelapse, "MovieList_movies");
  const newest = linked(linkedList(list ?? null, "edges")[0] ?? null, "node");
  if (!list || (newest && createdAt(newest) > createdAt(movie))) return;
  insertOnce(store, list, movie, { at: "start", edgeType: "MovieEdge", keep: MAX_MOVIES });
}

function createdAt(movie: RecordProxy): string {
  return String(movie.getValue("createdAt"));
}

/** Requests a movie of the frames that the timelapse has now. */
export function useRenderTimelapse(): [(input: RenderTimelapseInput, onDone?: () => void) => void, boolean] {
  const [send, busy] = useAction<useRenderTimelapseMutation>(
    graphql`
      mutation useRenderTimelapseMutation($input: RenderTimelapseInput!) {
        renderTimelapse(input: $input) {
          movie {
            createdAt
            ...MovieCard_movie
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
        const movie = linked(payload, "movie");
        if (timelapse && movie) prependMovie(store, timelapse, movie);
      },
    },
  );
  return [
    (input, onDone) => {
      send({ variables: { input }, onDone });
    },
    busy,
  ];
}

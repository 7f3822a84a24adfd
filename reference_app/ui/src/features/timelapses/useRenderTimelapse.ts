import { t } from "@lingui/core/macro";
import { graphql } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { useToast } from "../../design/Toaster.tsx";
import { answered, linked, linkedList } from "../../relay/records.ts";
import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  RenderTimelapseInput,
  useRenderTimelapseMutation,
} from "./__generated__/useRenderTimelapseMutation.graphql";

/** The most movies that a list keeps while live updates add to it. */
const MAX_MOVIES = 100;

/**
 * Adds a movie to its timelapse's list, newest first: a new one at the start, a restored one where it belongs. Not if
 * the list has it, or has not been fetched so far.
 */
export function insertMovie(store: RecordSourceProxy, timelapse: RecordProxy, movie: RecordProxy): void {
  const list = ConnectionHandler.getConnection(timelapse, "MovieList_movies");
  if (!list) return;
  const edges = linkedList(list, "edges");
  if (edges.some((edge) => linked(edge, "node")?.getDataID() === movie.getDataID())) return;
  const before = edges.findIndex((edge) => {
    const node = linked(edge, "node");
    return node !== null && createdAt(node) < createdAt(movie); // A deleted one's edge is still there.
  });
  if (before < 0 && linked(list, "pageInfo")?.getValue("hasNextPage") === true) return;
  const edge = ConnectionHandler.createEdge(store, list, movie, "MovieEdge");
  edges.splice(before < 0 ? edges.length : before, 0, edge);
  list.setLinkedRecords(edges.slice(0, MAX_MOVIES), "edges");
}

function createdAt(movie: RecordProxy): number {
  return Date.parse(String(movie.getValue("createdAt")));
}

/** Requests a movie of the frames that the timelapse has now. One that waits behind others says behind which. */
export function useRenderTimelapse(): [(input: RenderTimelapseInput, onDone?: () => void) => void, boolean] {
  const [send, busy] = useAction<useRenderTimelapseMutation>(
    graphql`
      mutation useRenderTimelapseMutation($input: RenderTimelapseInput!) {
        renderTimelapse(input: $input) {
          movie {
            name
            waiting {
              code
              message
            }
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
        if (timelapse && movie) insertMovie(store, timelapse, movie);
      },
    },
  );
  const show = useToast();
  return [
    (input, onDone) => {
      send({
        variables: { input },
        onDone: ({ renderTimelapse: { movie } }) => {
          const behind = movie?.waiting.filter(({ code }) => code.startsWith("behind")) ?? [];
          const name = movie?.name ?? "";
          const remedy = behind.map(({ message }) => message).join(" ");
          if (behind.length > 0) show({ severity: "success", message: t`${name} is queued.`, remedy });
          onDone?.();
        },
      });
    },
    busy,
  ];
}

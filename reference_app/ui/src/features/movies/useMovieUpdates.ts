import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useMovieUpdatesQuery } from "./__generated__/useMovieUpdatesQuery.graphql";
import type { useMovieUpdatesSubscription } from "./__generated__/useMovieUpdatesSubscription.graphql";

/** Keeps a movie's page up to date. A snapshot of its timelapse carries no movies: the movie is fetched again. */
export function useMovieUpdates(movie: string, timelapse: string): LiveStatus {
  const environment = useRelayEnvironment();
  return useLive<useMovieUpdatesSubscription>({
    subscription: graphql`
      subscription useMovieUpdatesSubscription($timelapse: ID!) {
        timelapseUpdates(id: $timelapse) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            __typename
            ... on Movie {
              ...MoviePage_live @alias
            }
          }
        }
      }
    `,
    variables: { timelapse },
    envelope: (response) => response.timelapseUpdates,
    onSnapshot: () => {
      fetchQuery<useMovieUpdatesQuery>(
        environment,
        graphql`
          query useMovieUpdatesQuery($id: ID!) {
            node(id: $id) {
              ...MoviePage_movie @alias
            }
          }
        `,
        { id: movie },
        { networkCacheConfig: { force: true } },
      ).subscribe({
        // The next snapshot fetches again.
        error: () => undefined,
      });
    },
  });
}

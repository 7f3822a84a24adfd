import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Navigate, useNavigation } from "react-router";

import type { HomePageQuery } from "./__generated__/HomePageQuery.graphql";

/** The way in: to the first timelapse, or to the list where one can be created. */
export function HomePage({ queryRef }: { readonly queryRef: PreloadedQuery<HomePageQuery> }) {
  const { timelapses } = usePreloadedQuery<HomePageQuery>(
    graphql`
      query HomePageQuery {
        timelapses(first: 1) {
          edges {
            node {
              id
            }
          }
        }
      }
    `,
    queryRef,
  );
  const { state } = useNavigation();
  // Whoever has clicked on something meanwhile goes there, and is not taken back.
  if (state !== "idle") return null;
  const [first] = timelapses.edges;
  return (
    <Navigate
      to={first === undefined ? "/timelapses" : `/timelapses/${encodeURIComponent(first.node.id)}`}
      replace
    />
  );
}

import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Navigate, useNavigation } from "react-router";

import { existing } from "../../relay/edges.ts";
import type { HomePageQuery } from "./__generated__/HomePageQuery.graphql";

/** Redirects to the first timelapse, or to the list if there is none. */
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
  // A navigation that a person has started meanwhile takes precedence.
  if (state !== "idle") return null;
  const [first] = existing(timelapses.edges.map(({ node }) => node));
  return (
    <Navigate
      to={first === undefined ? "/timelapses" : `/timelapses/${encodeURIComponent(first.id)}`}
      replace
    />
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import { existing } from "../../relay/edges.ts";
import type { MoreTimelapses_query$key } from "./__generated__/MoreTimelapses_query.graphql";
import type { MoreTimelapsesPaginationQuery } from "./__generated__/MoreTimelapsesPaginationQuery.graphql";
import type { MoreTimelapsesQuery } from "./__generated__/MoreTimelapsesQuery.graphql";
import { TimelapseGrid } from "./TimelapseGrid.tsx";

/** Timelapses that are fetched at once. */
const PAGE = 60;

interface Props {
  /** The cursor of the timelapse before them; null: they begin with the first. */
  readonly after: string | null;
  readonly archived?: boolean;
  /** The ids of those that are shown elsewhere already. */
  readonly shown?: ReadonlySet<string>;
}

/** Timelapses page by page, as they are when they are fetched. */
export function MoreTimelapses({ after, archived = false, shown }: Props) {
  const query = useLazyLoadQuery<MoreTimelapsesQuery>(
    graphql`
      query MoreTimelapsesQuery($after: String, $archived: Boolean!) {
        ...MoreTimelapses_query @arguments(after: $after, archived: $archived)
      }
    `,
    { after, archived },
    { fetchPolicy: "network-only" },
  );
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    MoreTimelapsesPaginationQuery,
    MoreTimelapses_query$key
  >(
    graphql`
      fragment MoreTimelapses_query on Query
      @argumentDefinitions(
        first: { type: "Int", defaultValue: 60 }
        after: { type: "String" }
        archived: { type: "Boolean!" }
      )
      @refetchable(queryName: "MoreTimelapsesPaginationQuery") {
        timelapses(first: $first, after: $after, archived: $archived)
          @connection(key: "MoreTimelapses_timelapses") {
          edges {
            node {
              id
              ...TimelapseGrid_timelapses
            }
          }
        }
      }
    `,
    query,
  );
  const found = existing(existing(data.timelapses.edges).map(({ node }) => node)).filter(
    ({ id }) => shown?.has(id) !== true,
  );
  if (found.length === 0)
    return archived ? <Typography variant="body2">{t`No timelapse is archived.`}</Typography> : null;
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <TimelapseGrid timelapses={found} />
      {hasNext && (
        <Button
          loading={isLoadingNext}
          onClick={() => {
            loadNext(PAGE);
          }}
          sx={{ justifySelf: "start" }}
        >{t`Show more timelapses`}</Button>
      )}
    </Box>
  );
}

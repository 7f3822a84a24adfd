import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import { formatBytes } from "../../lib/bytes.ts";
import { knownZone } from "../../lib/zonedInput.ts";
import { existing } from "../../relay/edges.ts";
import type { Trash_timelapse$key } from "./__generated__/Trash_timelapse.graphql";
import type { TrashPaginationQuery } from "./__generated__/TrashPaginationQuery.graphql";
import type { TrashQuery } from "./__generated__/TrashQuery.graphql";
import { InTrash } from "./InTrash.tsx";
import { MovieRow } from "./MovieRow.tsx";
import { MovieTransitions } from "./MovieTransitions.tsx";

/** Movies that are fetched at once. */
const PAGE = 12;

interface Props {
  /** The id of the timelapse. */
  readonly timelapse: string;
  /** Changes when something is put into the trash: it is fetched again. */
  readonly version: string;
}

/** A timelapse's movies that are in the trash, the one that was deleted last first. */
export function Trash({ timelapse, version }: Props) {
  const { node } = useLazyLoadQuery<TrashQuery>(
    graphql`
      query TrashQuery($id: ID!) {
        node(id: $id) {
          ...Trash_timelapse @alias(as: "timelapse")
        }
      }
    `,
    { id: timelapse },
    { fetchPolicy: "network-only", fetchKey: version },
  );
  return node?.timelapse ? <Listed timelapse={node.timelapse} /> : null;
}

function Listed({ timelapse }: { readonly timelapse: Trash_timelapse$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    TrashPaginationQuery,
    Trash_timelapse$key
  >(
    graphql`
      fragment Trash_timelapse on Timelapse
      @argumentDefinitions(first: { type: "Int", defaultValue: 12 }, after: { type: "String" })
      @refetchable(queryName: "TrashPaginationQuery") {
        timezone
        trash(first: $first, after: $after) @connection(key: "Trash_trash") {
          edges {
            node {
              id
              state
              bytes
              ...MovieRow_movie
              ...InTrash_movie
              ...MovieTransitions_movie
            }
          }
        }
      }
    `,
    timelapse,
  );
  const zone = knownZone(data.timezone);
  const found = existing(existing(data.trash.edges).map(({ node }) => node)).filter(
    ({ state }) => state === "trashed",
  );
  if (found.length === 0) return <Typography variant="body2">{t`The trash is empty.`}</Typography>;
  return (
    <Box sx={{ display: "grid", gap: 1.5, justifyItems: "start" }}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2, width: "100%" }}>
        {found.map((movie) => (
          <MovieRow
            key={movie.id}
            movie={movie}
            aside={
              movie.bytes != null && (
                <Typography variant="caption" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
                  {formatBytes(movie.bytes)}
                </Typography>
              )
            }
          >
            <InTrash movie={movie} zone={zone} />
            <MovieTransitions movie={movie} isOneOfMany />
          </MovieRow>
        ))}
      </Box>
      {hasNext && (
        <Button
          loading={isLoadingNext}
          onClick={() => {
            loadNext(PAGE);
          }}
        >{t`Show what was deleted earlier`}</Button>
      )}
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import { existing } from "../../relay/edges.ts";
import type { MoreCameras_query$key } from "./__generated__/MoreCameras_query.graphql";
import type { MoreCamerasPaginationQuery } from "./__generated__/MoreCamerasPaginationQuery.graphql";
import type { MoreCamerasQuery } from "./__generated__/MoreCamerasQuery.graphql";
import { CameraGrid } from "./CameraGrid.tsx";

/** Cameras that are fetched at once. */
const PAGE = 60;

interface Props {
  /** The cursor of the camera before them. */
  readonly after: string;
  /** The ids of those that are shown elsewhere already. */
  readonly shown: ReadonlySet<string>;
}

/** Cameras page by page, as they are when they are fetched. */
export function MoreCameras({ after, shown }: Props) {
  const query = useLazyLoadQuery<MoreCamerasQuery>(
    graphql`
      query MoreCamerasQuery($after: String!) {
        ...MoreCameras_query @arguments(after: $after)
      }
    `,
    { after },
    { fetchPolicy: "network-only" },
  );
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    MoreCamerasPaginationQuery,
    MoreCameras_query$key
  >(
    graphql`
      fragment MoreCameras_query on Query
      @argumentDefinitions(first: { type: "Int", defaultValue: 60 }, after: { type: "String" })
      @refetchable(queryName: "MoreCamerasPaginationQuery") {
        cameras(first: $first, after: $after) @connection(key: "MoreCameras_cameras") {
          edges {
            node {
              id
              ...CameraGrid_cameras
            }
          }
        }
      }
    `,
    query,
  );
  const found = existing(existing(data.cameras.edges).map(({ node }) => node));
  return (
    <>
      <CameraGrid cameras={found.filter(({ id }) => !shown.has(id))} />
      {hasNext && (
        <Button
          loading={isLoadingNext}
          onClick={() => {
            loadNext(PAGE);
          }}
          sx={{ justifySelf: "start" }}
        >{t`Show more cameras`}</Button>
      )}
    </>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { existing } from "../../relay/edges.ts";
import { PairCamera } from "../../shared/cameras/PairCamera.tsx";
import { ShowRest } from "../../shared/pages/ShowRest.tsx";
import type { CamerasPageQuery } from "./__generated__/CamerasPageQuery.graphql";
import { CameraGrid } from "./CameraGrid.tsx";
import { MoreCameras } from "./MoreCameras.tsx";
import { useCameraCards } from "./useCameraCards.ts";

/** All cameras, updated live. */
export function CamerasPage({ queryRef }: { readonly queryRef: PreloadedQuery<CamerasPageQuery> }) {
  const data = usePreloadedQuery<CamerasPageQuery>(
    graphql`
      query CamerasPageQuery {
        ...PairCamera_query
        cameras(first: 60) {
          edges {
            node {
              id
              ...CameraGrid_cameras
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    `,
    queryRef,
  );
  useCameraCards();
  const pair = <PairCamera query={data} />;
  // A deleted camera's edge stays in the list without its node.
  const shown = existing(existing(data.cameras.edges).map(({ node }) => node));
  const { hasNextPage, endCursor } = data.cameras.pageInfo;
  const some = shown.length > 0;
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={t`Cameras`}
        lead={t`Your cameras, their state and what they have yet to deliver.`}
        actions={some ? pair : undefined}
      />
      {some ? (
        <>
          <CameraGrid cameras={shown} />
          {hasNextPage && endCursor != null && (
            <ShowRest label={t`Show more cameras`}>
              <MoreCameras after={endCursor} shown={new Set(shown.map(({ id }) => id))} />
            </ShowRest>
          )}
        </>
      ) : (
        <EmptyState icon={<CameraIcon />} title={t`No cameras yet`} action={pair}>
          {t`Once a camera’s agent is paired, its pictures come here.`}
        </EmptyState>
      )}
    </Box>
  );
}

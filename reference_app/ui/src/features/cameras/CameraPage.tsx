import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { CameraIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { CameraLiveness } from "../../shared/liveness/CameraLiveness.tsx";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { NotFound } from "../../shared/pages/NotFound.tsx";
import { ObjectRuns } from "../../shared/progress/ObjectRuns.tsx";
import { onDemand } from "../../shared/pages/onDemand.tsx";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import { WhyButton } from "../../shared/why/WhyButton.tsx";
import type { CameraPage_camera$key } from "./__generated__/CameraPage_camera.graphql";
import type { CameraPage_live$key } from "./__generated__/CameraPage_live.graphql";
import type { CameraPageQuery } from "./__generated__/CameraPageQuery.graphql";
import { CameraConfiguration } from "./CameraConfiguration.tsx";
import { CameraHealth } from "./CameraHealth.tsx";
import { CameraLog } from "./CameraLog.tsx";
import { CameraTimelapses } from "./CameraTimelapses.tsx";
import { CameraView } from "./CameraView.tsx";
import { CameraTimeline } from "./CameraTimeline.tsx";
import { CommandHistory } from "./CommandHistory.tsx";
import { DeleteCamera } from "./DeleteCamera.tsx";
import { driverName } from "./driverName.ts";
import { FocusAid } from "./FocusAid.tsx";
import { Quarantine } from "./Quarantine.tsx";
import { useCameraPage } from "./useCameraPage.ts";

const HealthHistory = onDemand(async () => (await import("./HealthHistory.tsx")).HealthHistory);

const query = graphql`
  query CameraPageQuery($id: ID!, $since: DateTime!, $until: DateTime!) {
    node(id: $id) {
      ...CameraPage_camera @arguments(since: $since, until: $until) @alias(as: "camera")
    }
  }
`;

/** One camera, updated live: its view, health, timeline, commands and configuration. */
export function CameraPage({ queryRef }: { readonly queryRef: PreloadedQuery<CameraPageQuery> }) {
  const { node } = usePreloadedQuery<CameraPageQuery>(query, queryRef);
  if (!node?.camera)
    return (
      <NotFound
        icon={<CameraIcon />}
        title={t`Camera not found`}
        to="/cameras"
        label={t`Show all cameras`}
      >{t`The camera doesn’t exist, or the address is wrong.`}</NotFound>
    );
  return <CameraDetails camera={node.camera} />;
}

function CameraDetails({ camera }: { readonly camera: CameraPage_camera$key }) {
  const page = useFragment(
    graphql`
      fragment CameraPage_camera on Camera
      @argumentDefinitions(since: { type: "DateTime!" }, until: { type: "DateTime!" }) {
        id
        ...CameraPage_live
        ...CameraTimeline_camera @arguments(since: $since, until: $until)
        ...Quarantine_camera
        ...CameraLog_camera
      }
    `,
    camera,
  );
  const live = useFragment<CameraPage_live$key>(
    graphql`
      fragment CameraPage_live on Camera {
        name
        driver
        model
        ...CameraLiveness_camera
        ...CameraView_camera
        ...FocusAid_camera
        ...CameraHealth_camera
        ...CameraConfiguration_camera
        ...CameraTimelapses_camera
        ...HealthHistory_camera
        ...CameraTimeline_live
        ...CommandHistory_camera
        ...ObjectRuns_stateful
        ...Transitions_stateful
        ...DeleteCamera_camera
      }
    `,
    page,
  );
  const status = useCameraPage(page.id);
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={live.name}
        lead={
          <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, alignItems: "center" }}>
            <span>{[driverName(live.driver), live.model].filter(Boolean).join(", ")}</span>
            <CameraLiveness camera={live} />
          </Box>
        }
        actions={<LiveStatusBadge status={status} />}
      />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 400px" },
          gridTemplateAreas: {
            xs: '"view" "side" "rest" "end"',
            md: '"view side" "rest side" "rest end"',
          },
          gridTemplateRows: { md: "auto 1fr auto" },
          alignItems: "start",
        }}
      >
        <Box sx={{ gridArea: "view", display: "grid", gap: 1.5, minWidth: 0 }}>
          <CameraView camera={live} />
          <FocusAid camera={live} />
        </Box>
        <Box sx={{ gridArea: "side", display: "grid", gap: 2.5, minWidth: 0 }}>
          <Transitions of={live} elsewhere={["configure", "focus", "start_deleting"]} title={t`Actions`} />
          <CameraHealth camera={live} />
          <WhyButton of={page.id} label={t`Is anything wrong?`} />
          <ObjectRuns of={live} />
          <CameraTimelapses camera={live} />
          <CameraConfiguration camera={live} />
        </Box>
        <Box sx={{ gridArea: "rest", display: "grid", gap: 2.5, minWidth: 0 }}>
          <CameraTimeline camera={page} live={live} />
          <HealthHistory camera={live} />
          <CommandHistory camera={live} />
          <Quarantine camera={page} />
          <CameraLog camera={page} />
        </Box>
        <Box sx={{ gridArea: "end", minWidth: 0 }}>
          <DeleteCamera camera={live} />
        </Box>
      </Box>
    </Box>
  );
}

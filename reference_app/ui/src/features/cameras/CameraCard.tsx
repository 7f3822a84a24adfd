import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { PropertyList } from "../../design/PropertyList.tsx";
import { CoverPicture } from "../../design/CoverPicture.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import { formatAge, inLocalTime, instant } from "../../lib/age.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { CameraLiveness } from "../../shared/liveness/CameraLiveness.tsx";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { CameraCard_camera$key } from "./__generated__/CameraCard_camera.graphql";
import { driverName } from "./driverName.ts";

/** One camera in the list: its latest frame, liveness, state and backlog. */
export function CameraCard({ camera }: { readonly camera: CameraCard_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraCard_camera on Camera {
        id
        name
        driver
        model
        state
        stateDetail
        spoolPending
        frameCount
        latestFrame {
          thumbnailUrl
          receivedAt
        }
        ...CameraLiveness_camera
      }
    `,
    camera,
  );
  const titleId = useId();
  const now = useServerNow();
  return (
    <Paper
      component="article"
      variant="outlined"
      aria-labelledby={titleId}
      data-testid="camera-card"
      data-state={data.state.toLowerCase()}
      sx={{ overflow: "hidden", minWidth: 0 }}
    >
      <Box
        sx={{
          aspectRatio: "16 / 9",
          bgcolor: "#0c0f0e",
          display: "grid",
        }}
      >
        <CoverPicture
          url={data.latestFrame?.thumbnailUrl ?? null}
          alt={t`Latest frame of ${data.name}`}
          icon={CameraIcon}
        />
      </Box>
      <Box sx={{ p: 2, display: "grid", gap: 1.5, justifyItems: "start" }}>
        <Box>
          <Typography variant="h2" id={titleId} sx={{ overflowWrap: "anywhere" }}>
            <Link
              component={RouterLink}
              to={`/cameras/${encodeURIComponent(data.id)}`}
              color="inherit"
              underline="hover"
            >
              {data.name}
            </Link>
          </Typography>
          <CameraLiveness camera={data} />
        </Box>
        <PropertyList
          properties={[
            ...(data.stateDetail === "" ? [] : [[t`State`, inLocalTime(data.stateDetail, now)] as const]),
            [t`Type`, [driverName(data.driver), data.model].filter(Boolean).join(", ")],
            [
              t`Frames`,
              <FrameCount key="frames" count={data.frameCount} latest={data.latestFrame?.receivedAt} />,
            ],
            [t`To upload`, data.spoolPending === 0 ? t`Nothing` : formatCount(data.spoolPending, "capture")],
          ]}
        />
      </Box>
    </Paper>
  );
}

function FrameCount({ count, latest }: { readonly count: number; readonly latest: string | undefined }) {
  const now = useServerNow();
  const at = instant(latest);
  return at === null ? formatNumber(count) : t`${formatNumber(count)} (latest ${formatAge(at, now)})`;
}

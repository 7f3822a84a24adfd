import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import type { TimelapseLiveness_timelapse$key } from "./__generated__/TimelapseLiveness_timelapse.graphql";
import { CameraLiveness } from "./CameraLiveness.tsx";
import { useServerNow } from "../live/useServerNow.ts";

/** Whether a timelapse goes on: that its camera is alive, or that it has ended, whatever its camera does now. */
export function TimelapseLiveness({ timelapse }: { readonly timelapse: TimelapseLiveness_timelapse$key }) {
  const { endsAt, camera } = useFragment(
    graphql`
      fragment TimelapseLiveness_timelapse on Timelapse {
        endsAt
        camera {
          ...CameraLiveness_camera
        }
      }
    `,
    timelapse,
  );
  const now = useServerNow();
  const end = instant(endsAt);
  return end !== null && end <= now ? (
    <StateBadge tone="quiet" label={t`Ended`} detail={formatAge(end, now)} />
  ) : (
    <CameraLiveness camera={camera} />
  );
}

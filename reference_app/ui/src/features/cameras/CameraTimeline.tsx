import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useState, useTransition } from "react";
import { graphql, useFragment, useRefetchableFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { spanOf, type Span } from "../../lib/spans.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type { CameraTimeline_camera$key } from "./__generated__/CameraTimeline_camera.graphql";
import type { CameraTimeline_live$key } from "./__generated__/CameraTimeline_live.graphql";
import type { CameraTimelineRefetchQuery } from "./__generated__/CameraTimelineRefetchQuery.graphql";
import { GapList } from "./GapList.tsx";
import { SpanButtons } from "./SpanButtons.tsx";
import { TimelineStrip } from "./TimelineStrip.tsx";
import { useRefreshOnChange } from "./useRefreshOnChange.ts";

interface Props {
  readonly camera: CameraTimeline_camera$key;
  readonly live: CameraTimeline_live$key;
}

/** The camera's frames over a time range: how many there are, where they are missing, and why. */
export function CameraTimeline({ camera, live }: Props) {
  const [data, refetch] = useRefetchableFragment<CameraTimelineRefetchQuery, CameraTimeline_camera$key>(
    graphql`
      fragment CameraTimeline_camera on Camera
      @argumentDefinitions(since: { type: "DateTime!" }, until: { type: "DateTime!" })
      @refetchable(queryName: "CameraTimelineRefetchQuery") {
        timeline(since: $since, until: $until) {
          ...TimelineStrip_timeline
          ...GapList_timeline
        }
      }
    `,
    camera,
  );
  const [span, setSpan] = useState<Span>("day");
  const [, startTransition] = useTransition();
  const load = (wanted: Span) => {
    startTransition(() => {
      refetch(spanOf(wanted, serverNow()), { fetchPolicy: "store-and-network" });
    });
  };
  const { frameCount, spoolPending, configuration } = useFragment(
    graphql`
      fragment CameraTimeline_live on Camera {
        frameCount
        spoolPending
        configuration {
          revision
        }
      }
    `,
    live,
  );
  useRefreshOnChange(() => {
    load(span);
  }, [frameCount, spoolPending, configuration.revision].join(" "));
  return (
    <Panel
      title={t`Timeline`}
      aside={
        <SpanButtons
          label={t`Time range`}
          span={span}
          onChange={(wanted) => {
            setSpan(wanted);
            load(wanted);
          }}
        />
      }
    >
      <Box sx={{ display: "grid", gap: 2 }}>
        <TimelineStrip timeline={data.timeline} />
        <Box>
          <Typography variant="h3" sx={{ mb: 0.75 }}>{t`Gaps`}</Typography>
          <GapList timeline={data.timeline} />
        </Box>
      </Box>
    </Panel>
  );
}

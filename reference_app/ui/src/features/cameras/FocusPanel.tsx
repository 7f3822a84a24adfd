import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { PictureFrame } from "../../design/PictureFrame.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { instant } from "../../lib/age.ts";
import { formatNumber } from "../../lib/rate.ts";
import { serverNow } from "../../relay/serverClock.ts";
import { FrameTimes } from "../../shared/cameras/FrameTimes.tsx";
import type { FocusPanel_camera$key } from "./__generated__/FocusPanel_camera.graphql";
import { focusTrend, type FocusTrend } from "./focusTrend.ts";
import { useFocusPictures } from "./useFocusPictures.ts";

interface Props {
  readonly camera: FocusPanel_camera$key;
  readonly onClose: () => void;
}

/** Shows the centre of what the lens sees every other second, and how sharp it is: for who turns the ring. */
export function FocusPanel({ camera, onClose }: Props) {
  const { id, name, focusAid } = useFragment(
    graphql`
      fragment FocusPanel_camera on Camera {
        id
        name
        focusAid {
          state
          message
          pictures {
            id
            imageUrl
            capturedAt
            receivedAt
            sharpness
          }
        }
      }
    `,
    camera,
  );
  const { isOver, goOn } = useFocusPictures(id);
  const [openedAt] = useState(serverNow);
  const [best, setBest] = useState(0);
  const shown = focusAid.pictures.filter(
    ({ receivedAt }) => (instant(receivedAt) ?? 0) >= openedAt - CLOCKS_DIFFER_MS,
  );
  const [newest, before] = shown;
  const top = Math.max(best, ...shown.map(({ sharpness }) => sharpness));
  if (top > best) setBest(top);
  return (
    <Panel
      title={t`Focus aid`}
      aside={
        <Button size="small" onClick={onClose}>
          {t`Close`}
        </Button>
      }
    >
      <Box sx={{ display: "grid", gap: 1.5 }}>
        {isOver && (
          <Alert
            severity="info"
            variant="outlined"
            action={<Button size="small" onClick={goOn}>{t`Go on`}</Button>}
          >
            {t`The focus aid ends after 5 minutes.`}
          </Alert>
        )}
        {!isOver && focusAid.state === "failed" && (
          <Alert severity="warning" variant="outlined">
            {focusAid.message}
          </Alert>
        )}
        {newest && <Sharpness newest={newest.sharpness} before={before?.sharpness} best={top} />}
        <PictureFrame
          picture={
            newest ? { url: newest.imageUrl, alt: t`Centre of ${name}`, testId: "focus-picture" } : null
          }
          caption={
            newest && (
              <FrameTimes label={t`Received`} receivedAt={newest.receivedAt} capturedAt={newest.capturedAt} />
            )
          }
          emptyTitle={t`Waiting for the camera`}
          emptyText={t`It takes pictures between captures, which go on by the schedule.`}
        />
      </Box>
    </Panel>
  );
}

/** The server's clock is known to the second. */
const CLOCKS_DIFFER_MS = 1500;

interface Figures {
  readonly newest: number;
  readonly before: number | undefined;
  readonly best: number;
}

/** How sharp the newest picture is, large enough to be read from the ladder. */
function Sharpness({ newest, before, best }: Figures) {
  const trend = focusTrend(newest, before, best);
  const figure = percent(newest);
  const top = percent(best);
  return (
    <Box
      role="status"
      data-testid="sharpness"
      sx={{ display: "flex", flexWrap: "wrap", alignItems: "baseline", columnGap: 2 }}
    >
      <Typography component="span" sx={{ fontSize: "2.4rem", fontWeight: 700, lineHeight: 1.1 }}>
        {figure}
      </Typography>
      <StateBadge tone={TONES[trend]} label={words(trend)} detail={t`sharpness, the best was ${top}`} />
    </Box>
  );
}

const TONES: Readonly<Record<FocusTrend, Tone>> = {
  first: "quiet",
  best: "good",
  sharper: "good",
  softer: "attention",
  same: "quiet",
};

function words(trend: FocusTrend): string {
  switch (trend) {
    case "first":
      return t`First picture`;
    case "best":
      return t`Best so far`;
    case "sharper":
      return t`Sharper`;
    case "softer":
      return t`Less sharp`;
    case "same":
      return t`As before`;
  }
}

function percent(sharpness: number): string {
  return formatNumber(Math.round(sharpness * 1000) / 10);
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { lazy, Suspense, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatPlayTime } from "../../lib/duration.ts";
import { unitOf } from "../../lib/units.ts";
import { formatNumber } from "../../lib/rate.ts";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import type { RenderPanel_choices$key } from "./__generated__/RenderPanel_choices.graphql";
import type { RenderPanel_timelapse$key } from "./__generated__/RenderPanel_timelapse.graphql";
import { RenderButton } from "./RenderButton.tsx";
import { RenderEstimate } from "./RenderEstimate.tsx";
import type { ChosenStretch } from "./StretchChoice.tsx";
import { TimelapseHolds } from "./TimelapseHolds.tsx";
import { useRenderTimelapse } from "./useRenderTimelapse.ts";

const RenderDialog = lazy(async () => ({ default: (await import("./RenderDialog.tsx")).RenderDialog }));

/** The size of the pictures, whatever that is. */
const AS_THE_PICTURES = { width: null, height: null };

interface Props {
  readonly timelapse: RenderPanel_timelapse$key;
  readonly choices: RenderPanel_choices$key;
  /** The part of the timelapse that somebody chose elsewhere: its options open. */
  readonly stretch?: ChosenStretch | null;
  /** Called when the options are closed. */
  readonly onClosed?: () => void;
}

/**
 * The number of frames, the length of the movie they make, and the controls to render it; the number alone for those
 * who may not.
 */
export function RenderPanel({ timelapse, choices, stretch = null, onClosed }: Props) {
  const data = useFragment(
    graphql`
      fragment RenderPanel_timelapse on Timelapse {
        id
        frameCount
        availableTransitions {
          name
          ...isForOthers_transition
        }
        locks {
          lock
        }
        ...RenderButton_timelapse
        ...TimelapseHolds_timelapse
      }
    `,
    timelapse,
  );
  const offered = useFragment(
    graphql`
      fragment RenderPanel_choices on MovieChoices {
        speeds
        defaultSpeed
        sizes {
          width
          height
        }
      }
    `,
    choices,
  );
  const sizes = [AS_THE_PICTURES, ...offered.sizes];
  const [rate, setRate] = useState(offered.defaultSpeed);
  const [size, setSize] = useState(0);
  const [render, busy] = useRenderTimelapse();
  const [choosing, setChoosing] = useState(false);
  const close = () => {
    setChoosing(false);
    onClosed?.();
  };
  const { width, height } = sizes[size] ?? AS_THE_PICTURES;
  if (data.availableTransitions.some((offer) => offer.name === "render" && isForOthers(offer))) {
    return (
      <Panel title={t`Frames`}>
        <FrameCount of={data.frameCount} />
        <TimelapseHolds timelapse={data} />
      </Panel>
    );
  }
  return (
    <Panel title={t`Render a movie`}>
      <Box sx={{ display: "grid", gap: 2 }}>
        <Box>
          <FrameCount of={data.frameCount} />
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            {data.frameCount === 0
              ? t`The first frame appears automatically.`
              : t`make a movie of ${formatPlayTime(data.frameCount / rate)} at this speed`}
          </Typography>
        </Box>
        <Box sx={{ display: "grid", gridTemplateColumns: "1fr 1.35fr", gap: 1.5 }}>
          <TextField
            select
            label={t`Speed`}
            value={rate}
            onChange={(event) => {
              setRate(Number(event.target.value));
            }}
          >
            {offered.speeds.map((each) => (
              <MenuItem key={each} value={each}>{t`${each} fps`}</MenuItem>
            ))}
          </TextField>
          <TextField
            select
            label={t`Size`}
            value={size}
            onChange={(event) => {
              setSize(Number(event.target.value));
            }}
          >
            {sizes.map((each, index) => (
              <MenuItem key={each.width} value={index}>
                {each.width === null ? t`As the pictures` : `${String(each.width)} × ${String(each.height)}`}
              </MenuItem>
            ))}
          </TextField>
        </Box>
        {data.frameCount > 0 && (
          <RenderEstimate
            timelapse={data.id}
            frameCount={data.frameCount}
            options={{ fps: rate, width, height }}
          />
        )}
        <RenderButton
          timelapse={data}
          busy={busy}
          onPress={() => {
            render({ timelapse: data.id, fps: rate, width, height });
          }}
        />
        {data.locks.some(({ lock }) => lock === "render") && (
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            {t`A movie is being rendered. Another one waits until it is its turn.`}
          </Typography>
        )}
        {data.frameCount > 0 && (
          <Button
            aria-haspopup="dialog"
            onClick={() => {
              setChoosing(true);
            }}
          >{t`More options…`}</Button>
        )}
        {(choosing || stretch !== null) && (
          <Suspense fallback={null}>
            <RenderDialog
              timelapse={data.id}
              frameCount={data.frameCount}
              stretch={stretch}
              options={{ fps: rate, width, height }}
              busy={busy}
              onRender={(options) => {
                render({ timelapse: data.id, ...options }, close);
              }}
              onClose={close}
            />
          </Suspense>
        )}
        <TimelapseHolds timelapse={data} />
      </Box>
    </Panel>
  );
}

function FrameCount({ of }: { readonly of: number }) {
  return (
    <Typography
      component="p"
      sx={{ fontSize: "2.2rem", fontWeight: 680, lineHeight: 1.1, letterSpacing: "-0.02em" }}
    >
      <span data-testid="frame-count">{formatNumber(of)}</span>
      <Box
        component="span"
        sx={{ fontSize: "1rem", fontWeight: 500, color: "text.secondary", letterSpacing: 0 }}
      >
        {` ${unitOf(of, "frame")}`}
      </Box>
    </Typography>
  );
}

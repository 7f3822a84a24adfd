import Box from "@mui/material/Box";
import { Suspense, useDeferredValue } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { calendar, dayOf } from "../../lib/moments.ts";
import type { ScrubberQuery } from "./__generated__/ScrubberQuery.graphql";
import { DaySlider } from "./DaySlider.tsx";
import { DayStrip } from "./DayStrip.tsx";
import { KEOGRAM_PX } from "./Keogram.tsx";
import { TimeSlider } from "./TimeSlider.tsx";

interface Props {
  readonly timelapse: string;
  /** The frame that is shown, in milliseconds. */
  readonly moment: number;
  /** When the newest frame was captured: by then the counts are counted again, once a minute at most. */
  readonly newest: string;
  readonly onSeek: (moment: number) => void;
  readonly onStep: (by: number) => void;
}

/** All days of a timelapse, and the hours of the chosen one: click, drag or use the arrow keys. */
export function Scrubber({ timelapse, moment, newest, onSeek, onStep }: Props) {
  const minute = useDeferredValue(newest.slice(0, 16));
  const { node } = useLazyLoadQuery<ScrubberQuery>(
    graphql`
      query ScrubberQuery($id: ID!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            timezone
            frameCounts(by: DAY) {
              at
              frames
            }
          }
        }
      }
    `,
    { id: timelapse },
    { fetchPolicy: "store-and-network", fetchKey: minute },
  );
  const days = calendar((node?.timelapse?.frameCounts ?? []).map(({ at, frames }) => ({ at, frames })));
  const zone = node?.timelapse?.timezone ?? null;
  const period = useDeferredValue(dayOf(days, moment)?.from);
  const day = period === undefined ? null : dayOf(days, period);
  if (day === null) return <ScrubberSpace />;
  return (
    <Box sx={{ display: "grid", gap: 1, minHeight: SPACE, alignContent: "start" }} data-testid="scrubber">
      <Suspense fallback={null}>
        <TimeSlider
          timelapse={timelapse}
          day={day}
          hoursOnly={days.length === 1}
          zone={zone}
          moment={moment}
          newest={minute}
          onSeek={onSeek}
          onStep={onStep}
        />
      </Suspense>
      {days.length > 1 && (
        <>
          <DaySlider days={days} moment={moment} onSeek={onSeek} />
          <Suspense fallback={null}>
            <DayStrip timelapse={timelapse} zone={zone} newest={minute} onSeek={onSeek} />
          </Suspense>
        </>
      )}
    </Box>
  );
}

/** So high is the scrubber: what stands below it doesn't move once it is there. */
const SPACE = 150 + KEOGRAM_PX + 22;

/** Keeps the scrubber's place. */
export function ScrubberSpace() {
  return <Box aria-hidden sx={{ minHeight: SPACE }} />;
}

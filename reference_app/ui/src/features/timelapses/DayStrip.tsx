import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { formatCount } from "../../lib/rate.ts";
import { fromZonedInput, knownZone } from "../../lib/zonedInput.ts";
import type { DayStripQuery } from "./__generated__/DayStripQuery.graphql";

const DAY_MS = 86_400_000;
/** Height of one line, and of what is seen of them at once. */
const LINE_PX = 8;
const MOST_PX = 240;

interface Props {
  readonly timelapse: string;
  readonly zone: string | null;
  readonly newest: string;
  readonly onSeek: (moment: number) => void;
}

/** All days, a line each from 0:00 to 24:00: click a place to see its frame. The slider of days does it by keys. */
export function DayStrip({ timelapse, zone, newest, onSeek }: Props) {
  const [looks, setLooks] = useState(0);
  const { node } = useLazyLoadQuery<DayStripQuery>(
    graphql`
      query DayStripQuery($id: ID!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            dayStrip {
              url
              firstDay
              days
              pendingDays
            }
          }
        }
      }
    `,
    { id: timelapse },
    { fetchPolicy: "store-and-network", fetchKey: `${newest} ${String(looks)}` },
  );
  const strip = node?.timelapse?.dayStrip;
  if (!strip) return null;
  const { days, firstDay, pendingDays } = strip;
  const seekTo = (across: number, down: number) => {
    const day = Math.min(Math.max(Math.floor(down * days), 0), days - 1);
    const wall = Date.parse(`${firstDay}T00:00:00Z`) + day * DAY_MS + Math.min(across, 0.9999) * DAY_MS;
    const moment = fromZonedInput(new Date(wall).toISOString().slice(0, 19), knownZone(zone));
    if (moment !== undefined) onSeek(Date.parse(moment));
  };
  return (
    <Box>
      <Box sx={{ maxHeight: MOST_PX, overflowY: "auto", borderRadius: "8px", bgcolor: "action.hover" }}>
        <Box
          component="img"
          src={strip.url}
          alt={t`${formatCount(days, "day")}, a line each, from 0:00 to 24:00`}
          data-testid="day-strip"
          draggable={false}
          onLoad={() => {
            // That look has drawn some more days; the next one shows them, at another address.
            if (pendingDays > 0) setLooks(looks + 1);
          }}
          onClick={(event) => {
            const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
            seekTo((event.clientX - left) / width, (event.clientY - top) / height);
          }}
          sx={{
            display: "block",
            width: "100%",
            height: days * LINE_PX,
            imageRendering: "pixelated",
            cursor: "pointer",
          }}
        />
      </Box>
      <Typography
        component="div"
        variant="body2"
        sx={{ display: "flex", justifyContent: "space-between", gap: 1, mt: 0.5, color: "text.secondary" }}
      >
        <span role="status">
          {pendingDays > 0
            ? t`${formatCount(pendingDays, "day")} still to draw`
            : t`${formatCount(days, "day")}, a line each`}
        </span>
        <Link href={`${strip.url}&download`} download variant="body2">{t`Save all days as a picture`}</Link>
      </Typography>
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { PropertyList } from "../../design/PropertyList.tsx";
import { formatMoment } from "../../lib/age.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { knownZone } from "../../lib/zonedInput.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { AboutTimelapse_timelapse$key } from "./__generated__/AboutTimelapse_timelapse.graphql";

interface Props {
  readonly timelapse: AboutTimelapse_timelapse$key;
  /** Transitions that the page offers elsewhere, by name. */
  readonly elsewhere: readonly string[];
  /** What stands below that. */
  readonly children?: ReactNode;
}

/** A timelapse's period by the clock of its camera, its notes, and what can be done with it. */
export function AboutTimelapse({ timelapse, elsewhere, children }: Props) {
  const data = useFragment(
    graphql`
      fragment AboutTimelapse_timelapse on Timelapse {
        startsAt
        endsAt
        timezone
        notes
        keepAllDays
        keepEvery
        ...Transitions_stateful
      }
    `,
    timelapse,
  );
  const zone = knownZone(data.timezone);
  return (
    <Panel title={t`About this timelapse`}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <PropertyList
          properties={[
            [t`From`, formatMoment(data.startsAt, zone) ?? t`the first frame`],
            [t`To`, formatMoment(data.endsAt, zone) ?? t`no end yet`],
            [t`Time zone`, zone],
            [t`Frames kept`, kept(data.keepAllDays, data.keepEvery)],
          ]}
        />
        {data.notes !== "" && (
          <Typography
            variant="body2"
            data-testid="notes"
            sx={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
          >
            {data.notes}
          </Typography>
        )}
        <Transitions of={data} elsewhere={elsewhere} labels={{ share: t`Share this timelapse` }} />
        {children}
      </Box>
    </Panel>
  );
}

function kept(days: number | null | undefined, every: number | null | undefined): string {
  if (days == null) return t`as set on the server`;
  if (days === 0 || every === 1) return t`for ever`;
  return t`all for ${formatCount(days, "day")}, then one of ${formatNumber(every ?? 1)}`;
}

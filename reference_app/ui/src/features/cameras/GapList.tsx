import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import { formatInstant, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount } from "../../lib/rate.ts";
import { toneOf, labelOf } from "../../shared/cameras/gapReasons.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { GapList_timeline$data, GapList_timeline$key } from "./__generated__/GapList_timeline.graphql";

const FEW = 5;

/** The gaps of a timeline, newest first, each with its reason. */
export function GapList({ timeline }: { readonly timeline: GapList_timeline$key }) {
  const { gaps, moreGaps, buckets } = useFragment(
    graphql`
      fragment GapList_timeline on Timeline {
        moreGaps
        buckets {
          __typename
        }
        gaps {
          beginsAt
          endsAt
          reason
          detail
          missed
        }
      }
    `,
    timeline,
  );
  const [all, setAll] = useState(false);
  if (gaps.length === 0) {
    return (
      <Typography variant="body2" sx={{ color: "text.secondary" }}>
        {buckets.length === 0
          ? t`No frame has arrived in this time, and none was due.`
          : t`No gaps: every expected frame has been received.`}
      </Typography>
    );
  }
  const newest = gaps.toReversed();
  const shown = all ? newest : newest.slice(0, FEW);
  return (
    <Box sx={{ display: "grid", gap: 1.25, justifyItems: "start" }}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.25, width: "100%" }}>
        {shown.map((gap) => (
          <GapRow key={gap.beginsAt} gap={gap} />
        ))}
      </Box>
      {newest.length > FEW && (
        <Button
          size="small"
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? t`Show fewer` : t`Show all ${newest.length}`}
        </Button>
      )}
      {all && moreGaps > 0 && (
        <Typography
          variant="caption"
          sx={{ color: "text.secondary" }}
        >{t`and ${formatCount(moreGaps, "older gap")}`}</Typography>
      )}
    </Box>
  );
}

function GapRow({ gap }: { readonly gap: GapList_timeline$data["gaps"][number] }) {
  const now = useServerNow();
  const begin = instant(gap.beginsAt) ?? 0;
  const end = instant(gap.endsAt) ?? 0;
  return (
    <Box component="li" data-testid="gap" data-reason={gap.reason}>
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, justifyContent: "space-between" }}>
        <StateBadge tone={toneOf(gap.reason)} label={labelOf(gap.reason)} />
        <Typography
          component="span"
          variant="body2"
        >{t`${formatInstant(begin, now)}, ${formatDuration((end - begin) / 1000)}, ${formatCount(gap.missed, "frame")} missing`}</Typography>
      </Box>
      <Typography variant="body2" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
        {gap.detail}
      </Typography>
    </Box>
  );
}

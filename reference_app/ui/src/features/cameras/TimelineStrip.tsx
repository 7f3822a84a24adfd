import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatInstant, instant } from "../../lib/age.ts";
import { formatCount } from "../../lib/rate.ts";
import { toneOf } from "../../shared/cameras/gapReasons.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { TimelineStrip_timeline$key } from "./__generated__/TimelineStrip_timeline.graphql";

const WIDTH = 1000;
const HEIGHT = 56;
const colours = {
  good: "success.main",
  attention: "warning.main",
  bad: "error.main",
  quiet: "text.secondary",
} as const;

/** A bar chart of the frames in each minute or hour, with the gaps below it in the colour of their reason. */
export function TimelineStrip({ timeline }: { readonly timeline: TimelineStrip_timeline$key }) {
  const { since, until, bucketSeconds, expected, buckets, gaps } = useFragment(
    graphql`
      fragment TimelineStrip_timeline on Timeline {
        since
        until
        bucketSeconds
        expected
        buckets {
          at
          frames
        }
        gaps {
          beginsAt
          endsAt
          reason
        }
      }
    `,
    timeline,
  );
  const now = useServerNow();
  const begin = instant(since) ?? 0;
  const end = instant(until) ?? 1;
  const x = (at: string) => Math.max(0, (((instant(at) ?? begin) - begin) / (end - begin)) * WIDTH);
  const full = Math.max(expected, ...buckets.map((bucket) => bucket.frames), 1);
  const width = Math.max(((bucketSeconds * 1000) / (end - begin)) * WIDTH, 0.6);
  const frames = buckets.reduce((sum, bucket) => sum + bucket.frames, 0);
  const summary = `${formatCount(frames, "frame")}, ${formatCount(gaps.length, "gap")}`;
  return (
    <Box>
      <Box
        component="svg"
        role="img"
        aria-label={summary}
        data-testid="timeline-strip"
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT + 14)}`}
        preserveAspectRatio="none"
        sx={{ display: "block", width: "100%", height: 76, bgcolor: "action.hover", borderRadius: "8px" }}
      >
        <Box component="g" sx={{ color: "primary.main" }}>
          {buckets.map((bucket) => {
            const height = Math.max((bucket.frames / full) * HEIGHT, 2);
            return (
              <rect
                key={bucket.at}
                x={x(bucket.at)}
                y={HEIGHT - height}
                width={width}
                height={height}
                fill="currentColor"
              />
            );
          })}
        </Box>
        {gaps.map((gap) => (
          <Box
            component="rect"
            key={gap.beginsAt}
            data-reason={gap.reason}
            x={x(gap.beginsAt)}
            y={HEIGHT + 3}
            width={Math.max(x(gap.endsAt) - x(gap.beginsAt), 2)}
            height={9}
            sx={{ fill: "currentColor", color: colours[toneOf(gap.reason)] }}
          />
        ))}
      </Box>
      <Typography
        variant="caption"
        component="div"
        sx={{ color: "text.secondary", display: "flex", justifyContent: "space-between", gap: 1, mt: 0.5 }}
      >
        <span>{formatInstant(begin, now)}</span>
        <span>{summary}</span>
        <span>{formatInstant(end, now)}</span>
      </Typography>
    </Box>
  );
}

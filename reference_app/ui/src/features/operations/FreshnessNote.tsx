import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, formatInstant, inLocalTime, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { FreshnessNote_freshness$key } from "./__generated__/FreshnessNote_freshness.graphql";

interface Props {
  readonly freshness: FreshnessNote_freshness$key;
  /** What is said of figures that are current: of when they are. */
  readonly current: (when: string) => string;
}

/** How old the figures of one source are; when they are not current, also why, and what to do. */
export function FreshnessNote({ freshness, current }: Props) {
  const { isCurrent, words, why, asOf, unreadSince } = useFragment(
    graphql`
      fragment FreshnessNote_freshness on Freshness {
        isCurrent
        words
        why
        asOf
        unreadSince
      }
    `,
    freshness,
  );
  // What was just read may be newer than the last tick of the clock.
  const at = instant(asOf);
  const now = Math.max(useServerNow(), at ?? 0, instant(unreadSince) ?? 0);
  if (isCurrent && at !== null)
    return (
      <Typography variant="caption" component="p" sx={{ color: "text.secondary" }} data-testid="freshness">
        {current(`${formatInstant(at, now)} (${formatAge(at, now)})`)}
      </Typography>
    );
  return (
    // No live region: the ages in it change each second.
    <Alert severity="warning" role="note" data-testid="freshness">
      <AlertTitle sx={{ mb: why === "" ? 0 : undefined }}>{inLocalTime(words, now)}</AlertTitle>
      {inLocalTime(why, now)}
    </Alert>
  );
}

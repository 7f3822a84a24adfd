import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { inLocalTime, instant } from "../../lib/age.ts";
import { useServerNow } from "../live/useServerNow.ts";
import type { FreshnessNote_freshness$key } from "./__generated__/FreshnessNote_freshness.graphql";

/** How old the figures of one source are; when they are not current, also why, and what to do. */
export function FreshnessNote({ freshness }: { readonly freshness: FreshnessNote_freshness$key }) {
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
  const now = Math.max(useServerNow(), instant(asOf) ?? 0, instant(unreadSince) ?? 0);
  const sentence = inLocalTime(words, now);
  if (isCurrent)
    return (
      <Typography variant="caption" component="p" sx={{ color: "text.secondary" }} data-testid="freshness">
        {sentence}
      </Typography>
    );
  return (
    // No live region: the ages in it change each second.
    <Alert severity="warning" role="note" data-testid="freshness">
      <AlertTitle sx={{ mb: why === "" ? 0 : undefined }}>{sentence}</AlertTitle>
      {inLocalTime(why, now)}
    </Alert>
  );
}

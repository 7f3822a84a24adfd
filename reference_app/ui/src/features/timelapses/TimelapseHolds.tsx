import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { LockIcon } from "../../design/icons.tsx";
import { formatDuration } from "../../lib/duration.ts";
import { instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { TimelapseHolds_timelapse$key } from "./__generated__/TimelapseHolds_timelapse.graphql";

/** The locks that are held on the timelapse, by whom and since when. */
export function TimelapseHolds({ timelapse }: { readonly timelapse: TimelapseHolds_timelapse$key }) {
  const { locks } = useFragment(
    graphql`
      fragment TimelapseHolds_timelapse on Timelapse {
        locks {
          lock
          holder
          since
          why
          token
          cancelRequestedBy
        }
      }
    `,
    timelapse,
  );
  const now = useServerNow();
  if (locks.length === 0) return null;
  return (
    <Box
      component="ul"
      aria-label={t`Held locks`}
      sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1, fontSize: "0.86rem" }}
    >
      {locks.map((hold) => (
        <Box component="li" key={`${hold.lock}-${String(hold.token)}`} sx={{ display: "flex", gap: 1 }}>
          <LockIcon sx={{ fontSize: 18, color: "text.secondary", mt: "1px" }} />
          <span>
            <strong>{hold.why === "" ? hold.holder : hold.why}</strong>{" "}
            {t`has held the lock “${hold.lock}” for ${formatDuration(Math.floor(Math.max(0, now - (instant(hold.since) ?? now)) / 1000))}`}
            <Box
              component="span"
              sx={{ display: "block", color: "text.secondary", overflowWrap: "anywhere" }}
            >
              {hold.why !== "" && hold.holder}
              {hold.why !== "" && hold.cancelRequestedBy != null && ", "}
              {hold.cancelRequestedBy != null && t`cancel requested by ${hold.cancelRequestedBy}`}
            </Box>
          </span>
        </Box>
      ))}
    </Box>
  );
}

import { plural, t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { formatNumber } from "../../lib/rate.ts";
import type { WorkAction } from "./__generated__/TogetherButtonQuery.graphql";
import type { TogetherDialog_prospects$key } from "./__generated__/TogetherDialog_prospects.graphql";
import { RefusedWork } from "./RefusedWork.tsx";
import { useDoWithWork, type Done } from "./useDoWithWork.ts";

interface Props {
  readonly prospects: TogetherDialog_prospects$key;
  readonly doing: WorkAction;
  readonly onClose: () => void;
}

/** Says with how many it can be done and why not with the others, asks, and says what became of each. */
export function TogetherDialog({ prospects, doing, onClose }: Props) {
  const { outcomes, hasMore } = useFragment(
    graphql`
      fragment TogetherDialog_prospects on WorkProspects {
        hasMore
        outcomes {
          object {
            id
          }
          reasons {
            __typename
          }
          ...RefusedWork_outcomes
        }
      }
    `,
    prospects,
  );
  const titleId = useId();
  const [send, busy] = useDoWithWork();
  const [done, setDone] = useState<Done | null>(null);
  const possible = outcomes.filter(({ reasons }) => reasons.length === 0);
  const [count, all] = [possible.length, outcomes.length];
  const refused = all - count;
  const isCancelling = doing === "CANCEL";
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="sm" fullWidth>
      <DialogTitle id={titleId}>
        {done ? doneTitle(isCancelling, done) : title(isCancelling, count, all)}
      </DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 1.5 }}>
        {done === null ? (
          <>
            {refused > 0 && (
              <Box>
                <Typography variant="body2">
                  {isCancelling
                    ? t`${formatNumber(refused)} can’t be cancelled:`
                    : t`${formatNumber(refused)} can’t be retried:`}
                </Typography>
                <RefusedWork outcomes={outcomes} />
              </Box>
            )}
            {count > 0 && isCancelling && (
              <Typography variant="body2">{t`What a worker is doing now, it is asked to stop.`}</Typography>
            )}
            {hasMore && (
              <Typography variant="body2">
                {t`These are the newest ${formatNumber(all)}. More match: do it again for the rest.`}
              </Typography>
            )}
          </>
        ) : (
          <>
            {done.missing > 0 && (
              <Typography variant="body2">
                {plural(done.missing, { one: "# is gone.", other: "# are gone." })}
              </Typography>
            )}
            <RefusedWork outcomes={done.outcomes} />
          </>
        )}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog moves the focus into itself; here to the safe answer */}
        <Button onClick={onClose} autoFocus>
          {done || count === 0 ? t`Close` : t`Keep as it is`}
        </Button>
        {done === null && count > 0 && (
          <Button
            variant="contained"
            color={isCancelling ? "error" : "primary"}
            loading={busy}
            onClick={() => {
              send({ doing, ids: possible.map(({ object }) => object.id) }, setDone);
            }}
          >
            {isCancelling ? t`Cancel ${formatNumber(count)}` : t`Retry ${formatNumber(count)}`}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

function title(isCancelling: boolean, count: number, all: number): string {
  const [some, of] = [formatNumber(count), formatNumber(all)];
  if (all === 0) return isCancelling ? t`There is nothing to cancel` : t`There is nothing to retry`;
  return isCancelling ? t`Cancel ${some} of ${of}?` : t`Retry ${some} of ${of}?`;
}

function doneTitle(isCancelling: boolean, { outcomes, missing, count }: Done): string {
  const [some, of] = [formatNumber(count), formatNumber(outcomes.length + missing)];
  return isCancelling ? t`Cancelled ${some} of ${of}` : t`Retried ${some} of ${of}`;
}

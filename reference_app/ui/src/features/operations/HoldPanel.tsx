import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { HoldPanel_holds$key } from "./__generated__/HoldPanel_holds.graphql";
import type { HoldPanel_operations$key } from "./__generated__/HoldPanel_operations.graphql";

/** The locks that are held now: by whom, since when, why and until when. */
export function HoldPanel({ operations }: { readonly operations: HoldPanel_operations$key }) {
  const data = useFragment(
    graphql`
      fragment HoldPanel_operations on Operations {
        holds {
          ...HoldPanel_holds
        }
      }
    `,
    operations,
  );
  const holds = useFragment<HoldPanel_holds$key>(
    graphql`
      fragment HoldPanel_holds on Hold @relay(plural: true) {
        id
        lock
        holder
        since
        expiresAt
        why
        cancelRequestedBy
        subject {
          ...SubjectLink_subject
        }
      }
    `,
    data.holds,
  );
  const now = useServerNow();
  return (
    <Panel title={t`Held locks`}>
      {holds.length === 0 ? (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>{t`No locks are held.`}</Typography>
      ) : (
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.5 }}>
          {holds.map((hold) => (
            <Box
              component="li"
              key={hold.id}
              data-testid="hold"
              sx={{ fontSize: "0.9rem", overflowWrap: "anywhere" }}
            >
              {hold.subject ? (
                <Trans>
                  <strong>{hold.lock}</strong> of <SubjectLink subject={hold.subject} />
                </Trans>
              ) : (
                <strong>{hold.lock}</strong>
              )}
              {hold.why !== "" && `: ${hold.why}`}
              <Typography variant="caption" component="p" sx={{ color: "text.secondary" }}>
                {[
                  hold.holder,
                  t`acquired ${formatAge(instant(hold.since) ?? now, now)}`,
                  lease(instant(hold.expiresAt), now),
                  hold.cancelRequestedBy == null ? null : t`cancel requested by ${hold.cancelRequestedBy}`,
                ]
                  .filter((part) => part !== null)
                  .join(" · ")}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </Panel>
  );
}

function lease(expiresAt: number | null, now: number): string | null {
  if (expiresAt === null) return null;
  return expiresAt <= now
    ? t`lease expired`
    : t`lease expires in ${formatDuration(Math.ceil((expiresAt - now) / 1000))} unless renewed`;
}

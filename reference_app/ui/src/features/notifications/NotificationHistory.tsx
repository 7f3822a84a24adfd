import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { Panel } from "../../design/Panel.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatInstant, instant } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type { NotificationHistory_subscriber$key } from "./__generated__/NotificationHistory_subscriber.graphql";

/** The colour of each state; one that this page doesn't know looks like one that waits. */
const tones: Partial<Record<string, Tone>> = { sent: "good", given_up: "bad" };

/** The last notifications, and what became of each at each destination. */
export function NotificationHistory({
  subscriber,
}: {
  readonly subscriber: NotificationHistory_subscriber$key;
}) {
  const { notifications } = useFragment(
    graphql`
      fragment NotificationHistory_subscriber on Subscriber {
        notifications {
          id
          message
          path
          createdAt
          deliveries {
            id
            state
            stateLabel
            destination
            dueAt
            settledAt
          }
        }
      }
    `,
    subscriber,
  );
  const now = serverNow();
  const at = (iso: string): string => formatInstant(instant(iso) ?? now, now);
  const when = (dueAt: string, settledAt: string | null | undefined): string => {
    if (settledAt != null) return at(settledAt);
    return (instant(dueAt) ?? now) > now ? t`until ${at(dueAt)}` : "";
  };
  return (
    <Panel title={t`Recently`}>
      {notifications.length === 0 && (
        <Typography
          variant="body2"
          sx={{ color: "text.secondary" }}
        >{t`There was nothing to notify you of.`}</Typography>
      )}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
        {notifications.map(({ id, message, path, createdAt, deliveries }) => (
          <Box
            component="li"
            key={id}
            data-testid="notification"
            sx={{ display: "grid", gap: 0.25, minWidth: 0 }}
          >
            <Box sx={{ overflowWrap: "anywhere" }}>
              <Link component={RouterLink} to={path}>
                {message}
              </Link>{" "}
              <Box component="span" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
                {at(createdAt)}
              </Box>
            </Box>
            {deliveries.map(({ id: key, state, stateLabel, destination, dueAt, settledAt }) => (
              <Box key={key} sx={{ overflowWrap: "anywhere" }}>
                <StateBadge
                  tone={tones[state] ?? "quiet"}
                  label={stateLabel}
                  detail={`${when(dueAt, settledAt)} ${destination}`}
                />
              </Box>
            ))}
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

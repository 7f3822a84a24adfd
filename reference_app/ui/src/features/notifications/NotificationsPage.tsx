import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { PageHeader } from "../../design/PageHeader.tsx";
import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { NotificationsPage_subscriber$key } from "./__generated__/NotificationsPage_subscriber.graphql";
import type { NotificationsPageQuery } from "./__generated__/NotificationsPageQuery.graphql";
import { DestinationRow } from "./DestinationRow.tsx";
import { NotificationHistory } from "./NotificationHistory.tsx";
import { useSubscriberUpdates } from "./useSubscriberUpdates.ts";

const list = { m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 } as const;

/** What the viewer is notified of, where, and of what they were. */
export function NotificationsPage({
  queryRef,
}: {
  readonly queryRef: PreloadedQuery<NotificationsPageQuery>;
}) {
  const { subscriber } = usePreloadedQuery<NotificationsPageQuery>(
    graphql`
      query NotificationsPageQuery {
        subscriber {
          ...NotificationsPage_subscriber
        }
      }
    `,
    queryRef,
  );
  const status = useSubscriberUpdates();
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={t`Notifications`}
        lead={t`What you are notified of, and where. Only you see this.`}
        actions={<LiveStatusBadge status={status} />}
      />
      <Subscription subscriber={subscriber} />
    </Box>
  );
}

function Subscription({ subscriber }: { readonly subscriber: NotificationsPage_subscriber$key }) {
  const data = useFragment(
    graphql`
      fragment NotificationsPage_subscriber on Subscriber {
        choice
        destinations {
          id
          ...DestinationRow_destination
        }
        ...Transitions_stateful
        ...NotificationHistory_subscriber
      }
    `,
    subscriber,
  );
  const destinations = existing(data.destinations);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2.5,
        gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) minmax(0, 1fr)" },
        alignItems: "start",
      }}
    >
      <Panel title={t`Where`}>
        <Box sx={{ display: "grid", gap: 2 }}>
          {destinations.length === 0 && (
            <Typography
              variant="body2"
              sx={{ color: "text.secondary" }}
            >{t`Nowhere yet: you are not notified. Add an e-mail address or a service.`}</Typography>
          )}
          {destinations.length > 0 && (
            <Box component="ul" sx={list}>
              {destinations.map((destination) => (
                <DestinationRow key={destination.id} destination={destination} />
              ))}
            </Box>
          )}
          <Transitions of={data} except={["change_notifications"]} />
        </Box>
      </Panel>
      <Panel title={t`What and when`}>
        <Box sx={{ display: "grid", gap: 2 }}>
          <Box component="ul" sx={{ ...list, gap: 0.75, fontSize: "0.9rem" }}>
            {data.choice.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </Box>
          <Transitions of={data} only={["change_notifications"]} />
        </Box>
      </Panel>
      <Box sx={{ gridColumn: "1 / -1", minWidth: 0 }}>
        <NotificationHistory subscriber={data} />
      </Box>
    </Box>
  );
}

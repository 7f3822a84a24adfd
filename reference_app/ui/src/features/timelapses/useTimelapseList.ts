import { graphql } from "react-relay";

import { listUpdater } from "../../relay/updates.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useTimelapseListSubscription } from "./__generated__/useTimelapseListSubscription.graphql";

/**
 * Keeps the cards of the first 60 timelapses up to date: new ones come, archived and deleted ones go. What is gone from
 * this list is not deleted from the store: an archived one is among the archived.
 */
export function useTimelapseList(): LiveStatus {
  return useLive<useTimelapseListSubscription>({
    subscription: graphql`
      subscription useTimelapseListSubscription {
        timelapseListUpdates {
          kind
          seq
          heartbeatSeconds
          gone
          changed {
            ...TimelapseCard_timelapse
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.timelapseListUpdates,
    updater: listUpdater("timelapseListUpdates", "timelapses", "Timelapse"),
  });
}

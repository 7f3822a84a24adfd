import { graphql } from "react-relay";

import { listUpdater } from "../../relay/updates.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useTimelapseListSubscription } from "./__generated__/useTimelapseListSubscription.graphql";

/** Keeps the cards of the first 60 timelapses up to date: new ones come, deleted ones go. */
export function useTimelapseList(): LiveStatus {
  return useLive<useTimelapseListSubscription>({
    subscription: graphql`
      subscription useTimelapseListSubscription {
        timelapseListUpdates {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
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

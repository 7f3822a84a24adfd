import { graphql } from "react-relay";
import type { RecordSourceSelectorProxy } from "relay-runtime";

import { answered } from "../../relay/records.ts";
import { mergeSorted } from "../../relay/sortedList.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { usePeopleSubscription } from "./__generated__/usePeopleSubscription.graphql";

/** Keeps the people who are listed up to date: new ones come where their names belong, deleted ones go. */
export function usePeople(): LiveStatus {
  return useLive<usePeopleSubscription>({
    subscription: graphql`
      subscription usePeopleSubscription {
        peopleUpdates {
          kind
          seq
          heartbeatSeconds
          more
          gone @deleteRecord
          changed {
            username
            ...PersonRow_person
            ...InvitationList_people
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.peopleUpdates,
    updater: (store: RecordSourceSelectorProxy<Record<string, unknown>>) => {
      const update = answered(store, "peopleUpdates");
      if (update) mergeSorted(store, "PeopleList_people", "PersonEdge", update, "username");
    },
  });
}

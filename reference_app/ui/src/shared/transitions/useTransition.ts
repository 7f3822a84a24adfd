import { graphql } from "react-relay";

import type { TransitionInput, useTransitionMutation } from "./__generated__/useTransitionMutation.graphql";
import { subjectAddress } from "../subjects/subjectAddress.ts";
import { useAction } from "./useAction.ts";

export type TransitionError = useTransitionMutation["response"]["transition"]["errors"][number];

interface Handlers {
  /** Called with the address of the page of what was created, if it has one. */
  readonly onDone?: (created: string | null) => void;
  /** Shows the errors; a snackbar does it otherwise. */
  readonly onRefused?: (errors: readonly TransitionError[]) => void;
}

/** Does one of an object's transitions, by its name. An object that was deleted leaves every list. */
export function useTransition(): [(input: TransitionInput, handlers?: Handlers) => void, boolean] {
  const [send, busy] = useAction<useTransitionMutation>(
    graphql`
      mutation useTransitionMutation($input: TransitionInput!) {
        transition(input: $input) {
          deletedId @deleteRecord
          object {
            state
            stateLabel
            ...Transitions_stateful
            ... on Person {
              ...PersonRow_person @alias(as: "row")
              ...InvitationList_people @alias(as: "inviter")
            }
            ... on Subscriber {
              ...NotificationsPage_subscriber @alias(as: "subscriber")
            }
            ... on Movie {
              shareLinks {
                ...ShareLinks_links
                ...ShareLinkRow_link
              }
            }
            ... on Timelapse {
              shareLinks {
                ...ShareLinks_links
                ...ShareLinkRow_link
              }
            }
          }
          created {
            ...subjectAddress_subject
          }
          errors {
            field
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.transition.errors },
  );
  return [
    (input, { onDone, onRefused } = {}) => {
      send({
        variables: { input },
        onDone: ({ transition }) => {
          onDone?.(transition.created ? subjectAddress(transition.created) : null);
        },
        onRefused:
          onRefused &&
          (({ transition }) => {
            onRefused(transition.errors);
          }),
      });
    },
    busy,
  ];
}

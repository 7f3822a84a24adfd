import { t } from "@lingui/core/macro";
import { graphql } from "react-relay";

import { useToast } from "../../design/Toaster.tsx";
import { humanize } from "../../lib/words.ts";

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

/**
 * Does one of an object's transitions, by its name. An object that was deleted leaves every list. What can be undone
 * is offered to be undone at once.
 */
export function useTransition(): [(input: TransitionInput, handlers?: Handlers) => void, boolean] {
  const [send, busy] = useAction<useTransitionMutation>(
    graphql`
      mutation useTransitionMutation($input: TransitionInput!) {
        transition(input: $input) {
          deletedId @deleteRecord
          undo
          object {
            id
            displayName
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
              ...InTrash_movie @alias(as: "trash")
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
  const show = useToast();
  const offerUndo = ({ object, undo }: useTransitionMutation["response"]["transition"]) => {
    if (!object || undo == null) return;
    show({
      severity: "success",
      message: `${object.displayName}: ${humanize(object.state)}`,
      action: {
        label: t`Undo`,
        onPress: () => {
          send({ variables: { input: { id: object.id, name: undo } } });
        },
      },
    });
  };
  return [
    (input, { onDone, onRefused } = {}) => {
      send({
        variables: { input },
        onDone: ({ transition }) => {
          offerUndo(transition);
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

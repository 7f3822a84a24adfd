import { t } from "@lingui/core/macro";
import { graphql, useLazyLoadQuery } from "react-relay";

import { toZonedInput } from "../../lib/zonedInput.ts";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import { OfferedTransition } from "../../shared/transitions/OfferedTransition.tsx";
import type { NewTimelapseHereQuery } from "./__generated__/NewTimelapseHereQuery.graphql";
import type { ChosenStretch } from "./StretchChoice.tsx";

interface Props {
  /** The id of the camera. */
  readonly camera: string;
  readonly zone: string;
  /** Without a length it begins there, and has no end. */
  readonly stretch: ChosenStretch;
}

/** The end belongs to a timelapse, and the fields have no fractions of a second. */
const SECOND_MS = 1000;

/** What the server offers to create another timelapse of a camera, filled in with a part of this one. */
export function NewTimelapseHere({ camera, zone, stretch }: Props) {
  const { node } = useLazyLoadQuery<NewTimelapseHereQuery>(
    graphql`
      query NewTimelapseHereQuery($camera: ID!) {
        node(id: $camera) {
          ... on Camera @alias(as: "camera") {
            availableTransition(name: "create_timelapse") {
              ...isForOthers_transition
              ...useOffers_transitions
            }
            ...useChosenTransition_object
          }
        }
      }
    `,
    { camera },
    { fetchPolicy: "store-and-network" },
  );
  const offer = node?.camera?.availableTransition;
  if (!node?.camera || !offer || isForOthers(offer)) return null;
  const { from, to } = stretch;
  return (
    <OfferedTransition
      of={node.camera}
      transition={offer}
      label={t`New timelapse…`}
      values={{
        starts_at: toZonedInput(from, zone),
        ...(to > from && { ends_at: toZonedInput(to, zone, SECOND_MS) }),
      }}
    />
  );
}

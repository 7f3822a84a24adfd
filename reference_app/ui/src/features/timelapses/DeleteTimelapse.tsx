import { graphql, useFragment } from "react-relay";
import { useNavigate } from "react-router";

import { DeleteButton } from "../live/DeleteButton.tsx";
import type { DeleteTimelapse_timelapse$key } from "./__generated__/DeleteTimelapse_timelapse.graphql";
import { useDeleteTimelapse } from "./useDeleteTimelapse.ts";

/** Deletes a timelapse after confirmation. */
export function DeleteTimelapse({ timelapse }: { readonly timelapse: DeleteTimelapse_timelapse$key }) {
  const { id, name, availableTransitions, deletionPlan } = useFragment(
    graphql`
      fragment DeleteTimelapse_timelapse on Timelapse {
        id
        name
        availableTransitions {
          name
          ...DeleteButton_transition
        }
        deletionPlan {
          ...DeleteButton_plan
        }
      }
    `,
    timelapse,
  );
  const navigate = useNavigate();
  const [remove, busy] = useDeleteTimelapse(() => {
    void navigate("/timelapses");
  });
  const offer = availableTransitions.find((transition) => transition.name === "start_deleting");
  if (!offer) return null;
  return (
    <DeleteButton
      name={name}
      transition={offer}
      plan={deletionPlan}
      confirm="Delete the timelapse"
      testId="delete-timelapse"
      busy={busy}
      onDelete={(stopMovies) => {
        remove({ timelapse: id, stopMovies });
      }}
    >
      Its movies are deleted too. The camera keeps its frames.
    </DeleteButton>
  );
}

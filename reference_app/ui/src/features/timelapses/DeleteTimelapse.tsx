import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";
import { useLocation } from "wouter";

import { DangerZone } from "../../shared/transitions/DangerZone.tsx";
import type { DeleteTimelapse_timelapse$key } from "./__generated__/DeleteTimelapse_timelapse.graphql";
import { useDeleteTimelapse } from "./useDeleteTimelapse.ts";

/** Deletes a timelapse after confirmation. */
export function DeleteTimelapse({ timelapse }: { readonly timelapse: DeleteTimelapse_timelapse$key }) {
  const { id, name, availableTransitions, plan } = useFragment(
    graphql`
      fragment DeleteTimelapse_timelapse on Timelapse {
        id
        name
        availableTransitions {
          name
          ...DangerZone_transition
        }
        plan(to: "start_deleting") {
          ...DangerZone_plan
        }
      }
    `,
    timelapse,
  );
  const [, navigate] = useLocation();
  const [remove, busy] = useDeleteTimelapse(() => {
    navigate("/timelapses");
  });
  const offer = availableTransitions.find((transition) => transition.name === "start_deleting");
  if (!offer) return null;
  return (
    <DangerZone
      of={id}
      name={name}
      transition={offer}
      plan={plan ?? []}
      confirm={t`Delete the timelapse`}
      testId="delete-timelapse"
      busy={busy}
      onDelete={(stopMovies) => {
        remove({ timelapse: id, stopMovies });
      }}
    >{t`Its movies are deleted for good, those in the trash too. The camera keeps its frames.`}</DangerZone>
  );
}

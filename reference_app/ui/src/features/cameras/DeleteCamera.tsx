import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";
import { useLocation } from "wouter";

import { formatBytes } from "../../lib/bytes.ts";
import { formatCount } from "../../lib/rate.ts";
import { DangerZone } from "../../shared/transitions/DangerZone.tsx";
import type { DeleteCamera_camera$key } from "./__generated__/DeleteCamera_camera.graphql";
import { useDeleteCamera } from "./useDeleteCamera.ts";

/** Deletes a camera after a confirmation that says what is lost. */
export function DeleteCamera({ camera }: { readonly camera: DeleteCamera_camera$key }) {
  const { id, name, availableTransitions, plan, deletionLoss } = useFragment(
    graphql`
      fragment DeleteCamera_camera on Camera {
        id
        name
        availableTransitions {
          name
          ...DangerZone_transition
        }
        plan(to: "start_deleting") {
          ...DangerZone_plan
        }
        deletionLoss {
          timelapses
          movies
          frames
          bytes
        }
      }
    `,
    camera,
  );
  const [, navigate] = useLocation();
  const [remove, busy] = useDeleteCamera(() => {
    navigate("/cameras");
  });
  const offer = availableTransitions.find((transition) => transition.name === "start_deleting");
  if (!offer) return null;
  const { timelapses, movies, frames, bytes } = deletionLoss;
  return (
    <DangerZone
      of={id}
      name={name}
      transition={offer}
      plan={plan ?? []}
      confirm={t`Delete the camera`}
      testId="delete-camera"
      busy={busy}
      onDelete={(stopMovies) => {
        remove({ camera: id, stopMovies });
      }}
    >{t`This deletes ${formatCount(timelapses, "timelapse")}, ${formatCount(movies, "movie")} and ${formatCount(frames, "frame")} (${formatBytes(bytes)}). It can’t be undone. The agent can’t send frames until it is paired as a new camera.`}</DangerZone>
  );
}

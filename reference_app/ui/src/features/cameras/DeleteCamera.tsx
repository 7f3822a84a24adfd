import { graphql, useFragment } from "react-relay";
import { useNavigate } from "react-router";

import { formatBytes } from "../../lib/bytes.ts";
import { formatCount } from "../../lib/rate.ts";
import { DeleteButton } from "../live/DeleteButton.tsx";
import type { DeleteCamera_camera$key } from "./__generated__/DeleteCamera_camera.graphql";
import { useDeleteCamera } from "./useDeleteCamera.ts";

/** Deletes a camera after a confirmation that says what is lost. */
export function DeleteCamera({ camera }: { readonly camera: DeleteCamera_camera$key }) {
  const { id, name, availableTransitions, deletionPlan, deletionLoss } = useFragment(
    graphql`
      fragment DeleteCamera_camera on Camera {
        id
        name
        availableTransitions {
          name
          ...DeleteButton_transition
        }
        deletionPlan {
          ...DeleteButton_plan
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
  const navigate = useNavigate();
  const [remove, busy] = useDeleteCamera(() => {
    void navigate("/cameras");
  });
  const offer = availableTransitions.find((transition) => transition.name === "start_deleting");
  if (!offer) return null;
  const { timelapses, movies, frames, bytes } = deletionLoss;
  return (
    <DeleteButton
      name={name}
      transition={offer}
      plan={deletionPlan}
      confirm="Delete the camera"
      testId="delete-camera"
      busy={busy}
      onDelete={(stopMovies) => {
        remove({ camera: id, stopMovies });
      }}
    >
      {`This deletes ${formatCount(timelapses, "timelapse")}, ${formatCount(movies, "movie")} and `}
      {`${formatCount(frames, "frame")} (${formatBytes(bytes)}). `}
      It can’t be undone. The agent can’t send frames until it is paired as a new camera.
    </DeleteButton>
  );
}

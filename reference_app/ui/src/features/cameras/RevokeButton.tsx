import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { RevokeButton_camera$key } from "./__generated__/RevokeButton_camera.graphql";
import { useRevokeCamera } from "./useRevokeCamera.ts";

/** The Revoke button, when the server offers it. It asks for confirmation. */
export function RevokeButton({ camera }: { readonly camera: RevokeButton_camera$key }) {
  const { id, name, availableTransitions } = useFragment(
    graphql`
      fragment RevokeButton_camera on Camera {
        id
        name
        availableTransitions {
          name
          ...TransitionButton_transition
        }
      }
    `,
    camera,
  );
  const [confirming, setConfirming] = useState(false);
  const [revoke, busy] = useRevokeCamera();
  const offer = availableTransitions.find((transition) => transition.name === "revoke");
  if (!offer) return null;
  return (
    <>
      <TransitionButton
        transition={offer}
        size="small"
        color="error"
        testId="revoke-button"
        busy={busy}
        onPress={() => {
          setConfirming(true);
        }}
      />
      <ConfirmDialog
        open={confirming}
        title={`Revoke ${name}?`}
        confirm="Revoke access"
        onConfirm={() => {
          revoke(id);
        }}
        onClose={() => {
          setConfirming(false);
        }}
      >
        The camera can’t send frames until you pair it again. Existing frames are kept.
      </ConfirmDialog>
    </>
  );
}

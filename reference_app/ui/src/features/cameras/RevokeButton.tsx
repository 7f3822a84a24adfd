import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { RevokeButton_camera$key } from "./__generated__/RevokeButton_camera.graphql";
import { useRevokeCamera } from "./useRevokeCamera.ts";

/** Revoke, when the server offers it; it asks first. */
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
  const [asking, setAsking] = useState(false);
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
          setAsking(true);
        }}
      />
      <ConfirmDialog
        open={asking}
        title={`Revoke ${name}?`}
        confirm="Revoke access"
        onConfirm={() => {
          revoke(id);
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        It can send no more frames until it is paired again. The frames that are here stay.
      </ConfirmDialog>
    </>
  );
}

import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { useNavigate } from "react-router";

import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { DeleteTimelapse_timelapse$key } from "./__generated__/DeleteTimelapse_timelapse.graphql";
import { useDeleteTimelapse } from "./useDeleteTimelapse.ts";

/** Deletes a timelapse after confirmation. When a movie is in the way it offers the plan: stop it, then delete. */
export function DeleteTimelapse({ timelapse }: { readonly timelapse: DeleteTimelapse_timelapse$key }) {
  const { id, name, availableTransitions, deletionPlan } = useFragment(
    graphql`
      fragment DeleteTimelapse_timelapse on Timelapse {
        id
        name
        availableTransitions {
          name
          allowed
          ...TransitionButton_transition
        }
        deletionPlan {
          label
          reasons {
            __typename
          }
        }
      }
    `,
    timelapse,
  );
  const [confirming, setConfirming] = useState(false);
  const navigate = useNavigate();
  const [remove, busy] = useDeleteTimelapse(() => {
    void navigate("/timelapses");
  });
  const offer = availableTransitions.find((transition) => transition.name === "start_deleting");
  if (!offer) return null;
  const [first] = deletionPlan;
  const stopMovies = !offer.allowed && deletionPlan.length > 1 && first?.reasons.length === 0;
  const confirm = () => {
    setConfirming(true);
  };
  return (
    <Box data-testid="delete-timelapse" sx={{ display: "grid", gap: 1, justifyItems: "start" }}>
      <TransitionButton
        transition={offer}
        size="small"
        variant="text"
        color="error"
        testId="delete-timelapse-button"
        busy={busy}
        onPress={confirm}
      />
      {stopMovies && (
        <Button size="small" color="error" disabled={busy} onClick={confirm}>
          {deletionPlan.map((step) => step.label).join(", then ")}…
        </Button>
      )}
      <ConfirmDialog
        open={confirming}
        title={`Delete ${name}?`}
        confirm={stopMovies ? "Stop and delete" : "Delete the timelapse"}
        onConfirm={() => {
          remove({ timelapse: id, stopMovies });
        }}
        onClose={() => {
          setConfirming(false);
        }}
      >
        {stopMovies && (
          <ol>
            {deletionPlan.map((step) => (
              <li key={step.label}>{step.label}</li>
            ))}
          </ol>
        )}
        Its movies are deleted too. The camera keeps its frames.
      </ConfirmDialog>
    </Box>
  );
}

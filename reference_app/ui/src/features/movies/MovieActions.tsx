import Box from "@mui/material/Box";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { formatNumber } from "../../lib/rate.ts";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { MovieActions_movie$key } from "./__generated__/MovieActions_movie.graphql";
import { useCancelMovie } from "./useCancelMovie.ts";
import { useDeleteMovie } from "./useDeleteMovie.ts";
import { useRetryMovie } from "./useRetryMovie.ts";

/** The buttons that the server offers for a movie. */
export function MovieActions({ movie }: { readonly movie: MovieActions_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MovieActions_movie on Movie {
        id
        name
        frameCount
        framesDone
        cancelRequest {
          __typename
        }
        availableTransitions {
          name
          ...TransitionButton_transition
        }
      }
    `,
    movie,
  );
  const [confirming, setConfirming] = useState(false);
  const [cancel, cancelling] = useCancelMovie();
  const [retry, retrying] = useRetryMovie();
  const [remove, removing] = useDeleteMovie();
  const offered = (name: string) => data.availableTransitions.find((transition) => transition.name === name);
  const [cancelOffer, retryOffer, deleteOffer] = [
    data.cancelRequest ? undefined : offered("cancel"), // asked already
    offered("retry"),
    offered("start_deleting"),
  ];
  if (!cancelOffer && !retryOffer && !deleteOffer) return null;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
      {cancelOffer && (
        <TransitionButton
          transition={cancelOffer}
          size="small"
          testId="cancel-button"
          busy={cancelling}
          onPress={() => {
            cancel(data.id);
          }}
        />
      )}
      {retryOffer && (
        <TransitionButton
          transition={retryOffer}
          label={
            data.framesDone > 0
              ? `Resume (${formatNumber(data.framesDone)} of ${formatNumber(data.frameCount)} done)`
              : undefined
          }
          size="small"
          testId="retry-button"
          busy={retrying}
          onPress={() => {
            retry(data.id);
          }}
        />
      )}
      {deleteOffer && (
        <TransitionButton
          transition={deleteOffer}
          size="small"
          variant="text"
          color="error"
          testId="delete-button"
          busy={removing}
          onPress={() => {
            setConfirming(true);
          }}
        />
      )}
      <ConfirmDialog
        open={confirming}
        title={`Delete ${data.name}?`}
        confirm="Delete movie"
        onConfirm={() => {
          remove(data.id);
        }}
        onClose={() => {
          setConfirming(false);
        }}
      >
        The movie file is deleted permanently. The frames are kept, so you can render it again.
      </ConfirmDialog>
    </Box>
  );
}

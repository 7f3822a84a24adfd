import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  DeleteTimelapseInput,
  useDeleteTimelapseMutation,
} from "./__generated__/useDeleteTimelapseMutation.graphql";

/** Deletes a timelapse with its movies, and removes it from every list. */
export function useDeleteTimelapse(onDeleted: () => void): [(input: DeleteTimelapseInput) => void, boolean] {
  const [send, busy] = useAction<useDeleteTimelapseMutation>(
    graphql`
      mutation useDeleteTimelapseMutation($input: DeleteTimelapseInput!) {
        deleteTimelapse(input: $input) {
          deletedTimelapseId @deleteRecord
          timelapse {
            ...DeleteTimelapse_timelapse
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.deleteTimelapse.errors },
  );
  return [
    (input) => {
      send({ variables: { input }, onDone: onDeleted });
    },
    busy,
  ];
}

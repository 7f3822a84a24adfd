import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type {
  CreateTimelapseInput,
  useCreateTimelapseMutation,
} from "./__generated__/useCreateTimelapseMutation.graphql";

/** Creates a timelapse for a camera. */
export function useCreateTimelapse(): [
  (input: CreateTimelapseInput, onDone: (id: string) => void) => void,
  boolean,
] {
  const [send, busy] = useAction<useCreateTimelapseMutation>(
    graphql`
      mutation useCreateTimelapseMutation($input: CreateTimelapseInput!) {
        createTimelapse(input: $input) {
          timelapse {
            id
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.createTimelapse.errors },
  );
  return [
    (input, onDone) => {
      send({
        variables: { input },
        onDone: ({ createTimelapse }) => {
          if (createTimelapse.timelapse) onDone(createTimelapse.timelapse.id);
        },
      });
    },
    busy,
  ];
}

import { graphql, type GraphQLTaggedNode } from "react-relay";
import type { MutationParameters } from "relay-runtime";

import { useAction, type UserError } from "../live/useAction.ts";

interface Given extends MutationParameters {
  readonly response: { readonly given: { readonly errors: readonly UserError[] } };
  readonly variables: { readonly input: { readonly camera: string } };
}

/** Gives a function that has an agent do something once, and the name of what is being asked now. */
export function useGiveCommand(): [(name: string, camera: string) => void, string | null] {
  const commands: Partial<Record<string, [(camera: string) => void, boolean]>> = {
    capture: useOne(graphql`
      mutation useGiveCommandCaptureMutation($input: CommandCameraInput!) {
        given: captureNow(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `),
    preview: useOne(graphql`
      mutation useGiveCommandPreviewMutation($input: CommandCameraInput!) {
        given: requestPreview(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `),
    restart: useOne(graphql`
      mutation useGiveCommandRestartMutation($input: CommandCameraInput!) {
        given: restartAgent(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `),
    deliver: useOne(graphql`
      mutation useGiveCommandDeliverMutation($input: CommandCameraInput!) {
        given: deliverNow(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `),
    collect_logs: useOne(graphql`
      mutation useGiveCommandLogsMutation($input: CommandCameraInput!) {
        given: collectLogs(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `),
  };
  const busy = Object.entries(commands).find(([, command]) => command?.[1])?.[0] ?? null;
  return [(name, camera) => commands[name]?.[0](camera), busy];
}

function useOne(mutation: GraphQLTaggedNode): [(camera: string) => void, boolean] {
  const [send, busy] = useAction<Given>(mutation, { errors: ({ given }) => given.errors });
  return [
    (camera) => {
      send({ variables: { input: { camera } } });
    },
    busy,
  ];
}

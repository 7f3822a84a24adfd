import { graphql, type GraphQLTaggedNode } from "react-relay";
import type { MutationParameters } from "relay-runtime";

import { useAction, type UserError } from "../live/useAction.ts";

interface IssueMutation extends MutationParameters {
  readonly response: { readonly issued: { readonly errors: readonly UserError[] } };
  readonly variables: { readonly input: { readonly camera: string } };
}

/** Returns a function that issues a command to a camera's agent, and the name of the one that is being sent. */
export function useIssueCommand(): [(name: string, camera: string) => void, string | null] {
  const commands: Partial<Record<string, [(camera: string) => void, boolean]>> = {
    capture: useCommandMutation(graphql`
      mutation useIssueCommandCaptureMutation($input: CommandCameraInput!) {
        issued: captureNow(input: $input) {
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
    preview: useCommandMutation(graphql`
      mutation useIssueCommandPreviewMutation($input: CommandCameraInput!) {
        issued: requestPreview(input: $input) {
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
    restart: useCommandMutation(graphql`
      mutation useIssueCommandRestartMutation($input: CommandCameraInput!) {
        issued: restartAgent(input: $input) {
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
    deliver: useCommandMutation(graphql`
      mutation useIssueCommandDeliverMutation($input: CommandCameraInput!) {
        issued: deliverNow(input: $input) {
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
    collect_logs: useCommandMutation(graphql`
      mutation useIssueCommandLogsMutation($input: CommandCameraInput!) {
        issued: collectLogs(input: $input) {
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

function useCommandMutation(mutation: GraphQLTaggedNode): [(camera: string) => void, boolean] {
  const [send, busy] = useAction<IssueMutation>(mutation, { errors: ({ issued }) => issued.errors });
  return [
    (camera) => {
      send({ variables: { input: { camera } } });
    },
    busy,
  ];
}

import { useMutation, type GraphQLTaggedNode } from "react-relay";
import type { MutationParameters, SelectorStoreUpdater } from "relay-runtime";

import { useToast } from "../../design/Toaster.tsx";
import { RequestFailed } from "../../relay/network.ts";

/** What a payload tells when the server said no. */
export interface UserError {
  readonly message: string;
  readonly remedy: string;
}

interface Options<T extends MutationParameters> {
  readonly errors: (response: T["response"]) => readonly UserError[];
  readonly updater?: SelectorStoreUpdater<T["response"]>;
}

interface Call<T extends MutationParameters> {
  readonly variables: T["variables"];
  readonly onDone?: (response: T["response"]) => void;
}

/** Gives a function that sends a mutation; whatever goes wrong is said in a snackbar with its remedy. */
export function useAction<T extends MutationParameters>(
  mutation: GraphQLTaggedNode,
  options: Options<T>,
): [(call: Call<T>) => void, boolean] {
  const [commit, busy] = useMutation<T>(mutation);
  const show = useToast();
  const send = ({ variables, onDone }: Call<T>): void => {
    show(null); // What went wrong before is no news once a person tries again.
    commit({
      variables,
      updater: options.updater,
      onCompleted: (response) => {
        const [first] = options.errors(response);
        if (first === undefined) onDone?.(response);
        else show({ severity: "error", message: first.message, remedy: first.remedy });
      },
      onError: (error) => {
        show({
          severity: "error",
          message: error.message,
          remedy: error instanceof RequestFailed ? error.remedy : "Try again in a moment.",
        });
      },
    });
  };
  return [send, busy];
}

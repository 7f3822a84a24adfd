import { t } from "@lingui/core/macro";
import { useMutation, type GraphQLTaggedNode } from "react-relay";
import type { MutationParameters, SelectorStoreUpdater } from "relay-runtime";

import { useToast } from "../../design/Toaster.tsx";
import { inLocalTime } from "../../lib/age.ts";
import { RequestFailed } from "../../relay/network.ts";
import { serverNow } from "../../relay/serverClock.ts";

/** An error in a mutation's payload. */
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
  readonly onDone?: ((response: T["response"]) => void) | undefined;
  /** Shows the errors of the response; a snackbar does it otherwise. */
  readonly onRefused?: ((response: T["response"]) => void) | undefined;
}

function local(sentence: string): string {
  return inLocalTime(sentence, serverNow());
}

/** Returns a function that sends a mutation. Errors appear in a snackbar with their remedy. */
export function useAction<T extends MutationParameters>(
  mutation: GraphQLTaggedNode,
  options: Options<T>,
): [(call: Call<T>) => void, boolean] {
  const [commit, busy] = useMutation<T>(mutation);
  const show = useToast();
  const send = ({ variables, onDone, onRefused }: Call<T>): void => {
    show(null); // The previous error is obsolete once a person tries again.
    commit({
      variables,
      updater: options.updater,
      onCompleted: (response) => {
        const [first] = options.errors(response);
        if (first === undefined) onDone?.(response);
        else if (onRefused) onRefused(response);
        else show({ severity: "error", message: local(first.message), remedy: local(first.remedy) });
      },
      onError: (error) => {
        show({
          severity: "error",
          message: error.message,
          remedy: error instanceof RequestFailed ? error.remedy : t`Try again in a moment.`,
        });
      },
    });
  };
  return [send, busy];
}

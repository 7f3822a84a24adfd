import { useState } from "react";
import type { GraphQLTaggedNode, MutationParameters } from "relay-runtime";

import { useAction } from "../../shared/transitions/useAction.ts";
import { sessionBegun, sessionUpdater } from "./beginSession.ts";
import type { FieldError } from "./FormErrors.tsx";

/** A mutation with one input and one field, which says what is wrong with the input. */
interface Begins<Field extends string> extends MutationParameters {
  readonly variables: { readonly input: object };
  readonly response: Readonly<Record<Field, { readonly errors: readonly FieldError[] }>>;
}

interface Form<Input> {
  readonly submit: (input: Input) => void;
  readonly busy: boolean;
  /** What was wrong with what was sent last. */
  readonly errors: readonly FieldError[];
}

/** A form that makes or changes an account, and stores who is signed in with it. */
export function useBeginSession<Field extends string, T extends Begins<Field>>(
  mutation: GraphQLTaggedNode,
  field: Field,
  onDone: () => void,
): Form<T["variables"]["input"]> {
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const errorsOf = (response: T["response"]) => response[field].errors;
  const [send, busy] = useAction<T>(mutation, { errors: errorsOf, updater: sessionUpdater(field) });
  const submit = (input: T["variables"]["input"]) => {
    setErrors([]);
    send({
      variables: { input },
      onDone: sessionBegun(onDone),
      onRefused: (response) => {
        setErrors(errorsOf(response));
      },
    });
  };
  return { submit, busy, errors };
}

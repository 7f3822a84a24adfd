import { useState } from "react";
import { graphql, readInlineData } from "react-relay";

import { inLocalTime } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type { useTransitionForm_transition$key } from "./__generated__/useTransitionForm_transition.graphql";
import { meant } from "./meant.ts";
import { useTransition, type TransitionError } from "./useTransition.ts";

type Values = Readonly<Record<string, unknown>>;

interface Form {
  readonly values: Values;
  /** The values as they are sent. */
  readonly filled: Values;
  readonly set: (name: string, value: unknown) => void;
  readonly submit: () => void;
  readonly busy: boolean;
  readonly errors: readonly TransitionError[];
}

/**
 * What a person fills in for an object's transition, which begins with what is `given`. It is kept until the server has
 * accepted it.
 */
export function useTransitionForm(
  id: string,
  name: string,
  key: useTransitionForm_transition$key | null,
  onDone: (created: string | null) => void,
  given: Values = {},
): Form {
  const asking = readInlineData(
    graphql`
      fragment useTransitionForm_transition on Transition @inline {
        input {
          name
          kind
          default
        }
      }
    `,
    key,
  );
  const input = asking?.input ?? [];
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(input.map((field) => [field.name, given[field.name] ?? field.default])),
  );
  const [errors, setErrors] = useState<readonly TransitionError[]>([]);
  const [apply, busy] = useTransition();
  const filled = Object.fromEntries(
    input.map((field) => [field.name, meant(field.kind, values[field.name])] as const),
  );
  return {
    values,
    filled,
    errors,
    busy,
    set: (field, value) => {
      setValues({ ...values, [field]: value });
    },
    submit: () => {
      setErrors([]);
      apply(
        { id, name, input: filled },
        {
          onDone,
          onRefused: (refusals) => {
            setErrors(refusals.map(inReadersTime));
          },
        },
      );
    },
  };
}

function inReadersTime({ field, message, remedy }: TransitionError): TransitionError {
  const now = serverNow();
  return { field, message: inLocalTime(message, now), remedy: inLocalTime(remedy, now) };
}

import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import { Suspense, useState, type ReactNode } from "react";
import { usePreloadedQuery } from "react-relay";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { RequestFailed } from "../../relay/network.ts";
import type { useQuestionsQuery } from "./__generated__/useQuestionsQuery.graphql";
import { NoLongerPossible } from "./NoLongerPossible.tsx";
import { useHealing } from "../pages/useHealing.ts";
import { questionsQuery, type AskedQuestions } from "./useQuestions.ts";

/** A transition with the fields that it asks for. */
export type AskingTransition = NonNullable<
  NonNullable<useQuestionsQuery["response"]["node"]>["availableTransition"]
>;

interface Props {
  readonly asked: AskedQuestions;
  /** Asks the server once more. */
  readonly onRetry: () => void;
  /** What stands there as long as there are no fields to fill in, around what says why. */
  readonly around: (instead: ReactNode) => ReactNode;
  /** A live update doesn't change what it gets: somebody is filling it in. */
  readonly children: (transition: AskingTransition) => ReactNode;
}

/** Shows what a transition asks for once the server has said it. */
export function Questions({ asked, onRetry, around, children }: Props) {
  return (
    <ErrorBoundary
      fallback={(error, reset) =>
        around(
          <Unanswered
            error={error}
            onRetry={() => {
              onRetry();
              reset();
            }}
          />,
        )
      }
    >
      <Suspense fallback={around(<Waiting />)}>
        <Answered asked={asked} around={around}>
          {children}
        </Answered>
      </Suspense>
    </ErrorBoundary>
  );
}

function Answered({ asked, around, children }: Omit<Props, "onRetry">) {
  const { node } = usePreloadedQuery<useQuestionsQuery>(questionsQuery, asked);
  const [transition] = useState(node?.availableTransition ?? null);
  if (transition !== null) return children(transition);
  const { id, name } = asked.variables;
  return around(<NoLongerPossible of={id} transition={name} isGone={!node} />);
}

function Waiting() {
  return (
    <div role="status" aria-busy="true" aria-label={t`Loading`}>
      <Skeleton variant="rounded" height={56} sx={{ mt: 1 }} />
    </div>
  );
}

function Unanswered({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const isFailed = error instanceof RequestFailed;
  useHealing(isFailed && error.code === "unreachable", onRetry);
  return (
    <Alert
      severity="error"
      variant="outlined"
      action={<Button color="inherit" size="small" onClick={onRetry}>{t`Try again`}</Button>}
    >
      <AlertTitle>{t`What there is to fill in is not known.`}</AlertTitle>
      {error.message} {isFailed && error.remedy}
    </Alert>
  );
}

import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import { Suspense } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import type { NoLongerPossibleQuery } from "./__generated__/NoLongerPossibleQuery.graphql";
import { Reasons } from "./Reasons.tsx";

interface Props {
  /** The id of the object. */
  readonly of: string;
  readonly transition: string;
  /** Whether the object was deleted. */
  readonly isGone: boolean;
}

/** Says why what somebody is filling in can't be done any more. */
export function NoLongerPossible({ of, transition, isGone }: Props) {
  return (
    <Alert severity="warning" variant="outlined" data-testid="no-longer-possible">
      <AlertTitle>{isGone ? t`It was deleted meanwhile.` : t`This can’t be done any more.`}</AlertTitle>
      {!isGone && (
        <ErrorBoundary fallback={() => t`Why is not known: the server has not said.`}>
          <Suspense fallback={null}>
            <ReasonsNow of={of} to={transition} />
          </Suspense>
        </ErrorBoundary>
      )}
    </Alert>
  );
}

function ReasonsNow({ of, to }: { readonly of: string; readonly to: string }) {
  const { node } = useLazyLoadQuery<NoLongerPossibleQuery>(
    graphql`
      query NoLongerPossibleQuery($id: ID!, $to: String!) {
        node(id: $id) {
          ... on Stateful {
            reasons(to: $to) {
              ...Reasons_reasons
            }
          }
        }
      }
    `,
    { id: of, to },
    { fetchPolicy: "network-only" },
  );
  return node?.reasons ? <Reasons reasons={node.reasons} /> : null;
}

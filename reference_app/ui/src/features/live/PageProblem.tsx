import { Navigate, useLocation, useRevalidator } from "react-router";

import { Problem } from "../../design/Problem.tsx";
import { RequestFailed } from "../../relay/network.ts";

interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** Shown when a page fails. Try again reloads its data. An expired session leads to the sign-in page. */
export function PageProblem({ error, onRetry }: Props) {
  const { revalidate } = useRevalidator();
  const { pathname, search } = useLocation();
  const known = error instanceof RequestFailed;
  if (known && error.code === "signed_out") {
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return (
    <Problem
      message={known ? error.message : "This page can’t be displayed."}
      remedy={
        known
          ? error.remedy
          : `Try again. If the problem persists, contact your administrator: ${error.message}`
      }
      onRetry={() => {
        void revalidate().then(onRetry);
      }}
    />
  );
}

import { Navigate, useLocation, useRevalidator } from "react-router";

import { Problem } from "../../design/Problem.tsx";
import { RequestFailed } from "../../relay/network.ts";

interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** A page that failed: trying again asks for its data again. When the session is over it leads to the door. */
export function PageProblem({ error, onRetry }: Props) {
  const { revalidate } = useRevalidator();
  const { pathname, search } = useLocation();
  const known = error instanceof RequestFailed;
  if (known && error.code === "signed_out") {
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return (
    <Problem
      message={known ? error.message : "This page could not be shown."}
      remedy={
        known ? error.remedy : `Try again; if it fails again, tell whoever runs this server: ${error.message}`
      }
      onRetry={() => {
        void revalidate().then(onRetry);
      }}
    />
  );
}

import { useRevalidator } from "react-router";

import { Problem } from "../../design/Problem.tsx";
import { ServerUnreachable } from "../../relay/network.ts";

interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** A page that failed: trying again asks for its data again. */
export function PageProblem({ error, onRetry }: Props) {
  const { revalidate } = useRevalidator();
  const known = error instanceof ServerUnreachable;
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

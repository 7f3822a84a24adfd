import { useRevalidator } from "react-router";

import { Problem } from "../../design/Problem.tsx";
import { RequestFailed } from "../../relay/network.ts";
import { NoSuchPlace } from "./NoSuchPlace.tsx";
import { useHealing } from "./useHealing.ts";

interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/**
 * Shown when a page fails: what it shows doesn't exist, the server refuses it, or it can't be fetched now. Only the
 * last can be mended by trying again, which reloads the data; it does so by itself when the server is back.
 */
export function PageProblem({ error, onRetry }: Props) {
  const { revalidate } = useRevalidator();
  const retry = () => {
    void revalidate().then(onRetry);
  };
  useHealing(error instanceof RequestFailed && error.code === "unreachable", retry);
  if (!(error instanceof RequestFailed))
    return (
      <Problem
        message="This page can’t be displayed."
        remedy={`Try again. If the problem persists, contact your administrator: ${error.message}`}
        onRetry={retry}
      />
    );
  switch (error.code) {
    case "signed_out":
      return null; // SessionPage redirects to the sign-in page.
    case "absent":
      return <NoSuchPlace />;
    case "refused":
      return <Problem message="The server refuses this page." remedy={`${error.message} ${error.remedy}`} />;
    case "failed":
    case "unreachable":
      return <Problem message={error.message} remedy={error.remedy} onRetry={retry} />;
  }
}

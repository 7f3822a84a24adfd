import { t } from "@lingui/core/macro";
import { useEffect } from "react";

import { Problem } from "../../design/Problem.tsx";
import { CodeNotFetched } from "../../relay/code.ts";
import { RequestFailed } from "../../relay/network.ts";
import { useSessionEnded } from "../../relay/session.ts";
import { onDemand } from "./onDemand.tsx";
import { useHealing } from "./useHealing.ts";
import { useReopen } from "./useReopen.ts";

const NoSuchPlace = onDemand(async () => (await import("./NoSuchPlace.tsx")).NoSuchPlace);

interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/**
 * Shown when a page fails: what it shows doesn't exist, the server refuses it, or it can't be fetched now. Only the
 * last can be mended by trying again, which reloads the data; it does so by itself when the server is back.
 */
export function PageProblem({ error, onRetry }: Props) {
  const { again, anew } = useReopen();
  const retry = () => {
    if (error instanceof CodeNotFetched) anew();
    else void again().then(onRetry);
  };
  useHealing(error instanceof RequestFailed && error.code === "unreachable", retry);
  if (!(error instanceof RequestFailed))
    return (
      <Problem
        message={t`This page can’t be displayed.`}
        remedy={t`Try again. If the problem persists, contact your administrator: ${error.message}`}
        onRetry={retry}
      />
    );
  switch (error.code) {
    case "signed_out":
      return <SignedOut />;
    case "absent":
      return <NoSuchPlace />;
    case "refused":
      return <Problem message={t`You can’t see this page.`} remedy={`${error.message} ${error.remedy}`} />;
    case "failed":
    case "unreachable":
      return <Problem message={error.message} remedy={error.remedy} onRetry={retry} />;
  }
}

/**
 * SessionPage redirects to the sign-in page. Once somebody has signed in again, the error is one that Relay remembers
 * of the session before.
 */
function SignedOut() {
  const { anew } = useReopen();
  const ended = useSessionEnded();
  useEffect(() => {
    if (!ended) anew();
  }, [ended, anew]);
  return null;
}

import Skeleton from "@mui/material/Skeleton";
import { Suspense, type ReactNode } from "react";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { PageProblem } from "./PageProblem.tsx";

interface Props {
  /** How high it is about, in pixels, while it loads. */
  readonly height: number;
  readonly children: ReactNode;
}

/** A part of a page that loads by itself, and whose failure leaves the rest of the page as it is. */
export function PagePart({ height, children }: Props) {
  return (
    <ErrorBoundary fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
      <Suspense fallback={<Skeleton variant="rounded" height={height} />}>{children}</Suspense>
    </ErrorBoundary>
  );
}

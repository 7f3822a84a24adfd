import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import { Suspense, useId, useState } from "react";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { PageProblem } from "../../shared/pages/PageProblem.tsx";
import { MoreTimelapses } from "./MoreTimelapses.tsx";

/** The archived timelapses, for those who ask for them. */
export function ArchivedTimelapses() {
  const [open, setOpen] = useState(false);
  const listId = useId();
  return (
    <Box sx={{ display: "grid", gap: 2, justifyItems: "start" }}>
      <Button
        size="small"
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? t`Hide archived timelapses` : t`Show archived timelapses`}
      </Button>
      <Box id={listId} hidden={!open} sx={{ width: "100%" }} data-testid="archived-timelapses">
        {open && (
          <ErrorBoundary fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton variant="rounded" height={160} />}>
              <MoreTimelapses after={null} archived />
            </Suspense>
          </ErrorBoundary>
        )}
      </Box>
    </Box>
  );
}

import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import { Suspense, useId, useState, type ReactNode } from "react";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { PageProblem } from "./PageProblem.tsx";
import { WhyPanel } from "./WhyPanel.tsx";

interface Props {
  readonly of: string;
  readonly label?: string;
  /** The cause in short, which the open panel says itself. */
  readonly children?: ReactNode;
}

/** Opens and closes the panel that says why an object or a task is not done yet. */
export function WhyButton({ of, label = "Why?", children }: Props) {
  const [open, setOpen] = useState(false);
  const panelId = useId();
  return (
    <Box sx={{ display: "grid", gap: 1, justifyItems: "start", minWidth: 0 }}>
      {!open && children}
      <Button
        size="small"
        variant="text"
        data-testid="why-button"
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? "Hide why" : label}
      </Button>
      <Box id={panelId} hidden={!open} data-testid="why-panel" sx={{ width: "100%" }}>
        {open && (
          <ErrorBoundary fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton variant="rounded" height={72} />}>
              <WhyPanel of={of} />
            </Suspense>
          </ErrorBoundary>
        )}
      </Box>
    </Box>
  );
}

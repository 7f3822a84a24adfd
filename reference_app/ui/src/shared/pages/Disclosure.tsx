import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useId, type ReactNode } from "react";

import { PagePart } from "./PagePart.tsx";

interface Props {
  readonly open: boolean;
  readonly onToggle: () => void;
  /** What the button says. */
  readonly label: string;
  /** The part of the test ids before `-button` and `-panel`. */
  readonly testId: string;
  /** What stands above the button. */
  readonly above?: ReactNode;
  /** How high it is about, in pixels, while it loads. */
  readonly height?: number;
  /** What is loaded when it opens. */
  readonly children: ReactNode;
}

/** A button that opens and closes what is loaded only then. */
export function Disclosure({ open, onToggle, label, testId, above, height = 72, children }: Props) {
  const panelId = useId();
  return (
    <Box sx={{ display: "grid", gap: 1, justifyItems: "start", minWidth: 0 }}>
      {above}
      <Button
        size="small"
        variant="text"
        data-testid={`${testId}-button`}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={onToggle}
        sx={{ ml: "-5px" }} // its text begins where that above it does
      >
        {label}
      </Button>
      <Box id={panelId} hidden={!open} data-testid={`${testId}-panel`} sx={{ width: "100%" }}>
        {open && <PagePart height={height}>{children}</PagePart>}
      </Box>
    </Box>
  );
}

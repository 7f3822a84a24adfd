import Button from "@mui/material/Button";
import { useState, type ReactNode } from "react";

import { PagePart } from "./PagePart.tsx";

interface Props {
  /** What the button says. */
  readonly label: string;
  /** The rest of a list, which is fetched when somebody asks for it. */
  readonly children: ReactNode;
}

/** A button that shows the rest of a list in its place. */
export function ShowRest({ label, children }: Props) {
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <Button
        onClick={() => {
          setOpen(true);
        }}
        sx={{ justifySelf: "start" }}
      >
        {label}
      </Button>
    );
  return <PagePart height={160}>{children}</PagePart>;
}

import Button from "@mui/material/Button";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";

import { EmptyState } from "../../design/EmptyState.tsx";

interface Props {
  readonly icon: ReactElement;
  /** That there is no such thing. */
  readonly title: string;
  /** Where to go from here, and what the button says. */
  readonly to: string;
  readonly label: string;
  /** Why that may be. */
  readonly children: ReactNode;
}

/** The page of an address that shows nothing. */
export function NotFound({ icon, title, to, label, children }: Props) {
  return (
    <>
      <title>{`${title} · Timelapse`}</title>
      <EmptyState
        icon={icon}
        heading
        title={title}
        action={
          <Button component={Link} to={to} variant="contained">
            {label}
          </Button>
        }
      >
        {children}
      </EmptyState>
    </>
  );
}

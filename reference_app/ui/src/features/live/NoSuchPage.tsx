import Button from "@mui/material/Button";
import { Link } from "react-router";

import { EmptyState } from "../../design/EmptyState.tsx";
import { InfoIcon } from "../../design/icons.tsx";

/** Shown for an unknown address. */
export function NoSuchPage() {
  return (
    <>
      <title>Page not found · Timelapse</title>
      <EmptyState
        icon={<InfoIcon />}
        heading
        title="Page not found"
        action={
          <Button component={Link} to="/" variant="contained">
            Go to the home page
          </Button>
        }
      >
        Check the address. The page may have moved.
      </EmptyState>
    </>
  );
}

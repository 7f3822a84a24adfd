import Button from "@mui/material/Button";
import { Link } from "react-router";

import { EmptyState } from "../../design/EmptyState.tsx";
import { InfoIcon } from "../../design/icons.tsx";

/** The answer to an address that leads nowhere. */
export function NoSuchPage() {
  return (
    <>
      <title>No such page · Timelapse</title>
      <EmptyState
        icon={<InfoIcon />}
        heading
        title="There is no page here"
        action={
          <Button component={Link} to="/" variant="contained">
            Go to the start
          </Button>
        }
      >
        The address may be mistyped, or the page has moved.
      </EmptyState>
    </>
  );
}

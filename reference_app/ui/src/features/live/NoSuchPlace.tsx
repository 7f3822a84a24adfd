import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { Link } from "wouter";

import { EmptyState } from "../../design/EmptyState.tsx";
import { InfoIcon } from "../../design/icons.tsx";

/** Shown for an unknown address, and for that of something that is gone. */
export function NoSuchPlace() {
  return (
    <>
      <title>{`${t`Page not found`} · Timelapse`}</title>
      <EmptyState
        icon={<InfoIcon />}
        heading
        title={t`Page not found`}
        action={<Button component={Link} to="/" variant="contained">{t`Go to the home page`}</Button>}
      >{t`The address is wrong, or what it showed has been deleted.`}</EmptyState>
    </>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";

import { EmptyState } from "./EmptyState.tsx";
import { WarningIcon } from "./icons.tsx";

interface Props {
  readonly message: string;
  readonly remedy: string;
  readonly onRetry?: () => void;
}

/** Replaces a page that could not be displayed: what happened, what to do, and a button if trying again may help. */
export function Problem({ message, remedy, onRetry }: Props) {
  return (
    <div role="alert">
      <EmptyState
        icon={<WarningIcon />}
        heading
        title={message}
        action={onRetry && <Button variant="contained" onClick={onRetry}>{t`Try again`}</Button>}
      >
        {remedy}
      </EmptyState>
    </div>
  );
}

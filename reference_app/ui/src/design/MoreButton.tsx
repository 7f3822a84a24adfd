import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";

import { MoreIcon } from "./icons.tsx";

interface Props {
  readonly id: string;
  /** The id of the menu while it is open. */
  readonly menu: string | undefined;
  readonly busy?: boolean;
  readonly onPress: (button: HTMLElement) => void;
}

/** Opens the menu of the actions that are no buttons of their own. */
export function MoreButton({ id, menu, busy = false, onPress }: Props) {
  const label = t`More actions`;
  return (
    <Button
      id={id}
      variant="outlined"
      size="small"
      title={label}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={menu !== undefined}
      aria-controls={menu}
      loading={busy}
      onClick={(event) => {
        onPress(event.currentTarget);
      }}
      sx={{ minWidth: 36, px: 0.5 }}
    >
      <MoreIcon fontSize="small" />
    </Button>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import type { ReactNode } from "react";

import { intent } from "./intent.ts";
import { VisuallyHidden } from "./VisuallyHidden.tsx";

/** One entry of the menu. */
export interface MenuAction {
  readonly name: string;
  readonly label: string;
  readonly isDangerous: boolean;
  /** Why it can't be done now; null if it can. */
  readonly refusal: ReactNode;
  /** Somebody is about to choose it. */
  readonly onIntent?: () => void;
  readonly onChoose: () => void;
}

/** How an entry's reason begins, for those who don't see that it is dimmed. */
const notAvailable = () => <VisuallyHidden>{` ${t`Not available:`} `}</VisuallyHidden>;

interface Props {
  readonly id: string;
  /** The id of the button that opens it. */
  readonly labelledBy: string;
  readonly anchor: HTMLElement;
  readonly open: boolean;
  /** Dangerous ones last: they are a group of their own. */
  readonly actions: readonly MenuAction[];
  /** Why, if all that can't be done now share it: it is said once, below them. Null if they don't. */
  readonly sharedRefusal?: ReactNode;
  readonly onClose: () => void;
}

/** The actions that are no buttons of their own. One that can't be done now stays reachable and says why. */
export function ActionMenu({ id, labelledBy, anchor, open, actions, sharedRefusal = null, onClose }: Props) {
  const sharedId = `${id}-refusal`;
  const firstDanger = actions.findIndex(({ isDangerous }) => isDangerous);
  return (
    <Menu
      id={id}
      anchorEl={anchor}
      open={open}
      onClose={onClose}
      anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
      transformOrigin={{ vertical: "top", horizontal: "right" }}
      slotProps={{
        list: { "aria-labelledby": labelledBy, disabledItemsFocusable: true },
        paper: { variant: "outlined", sx: { maxWidth: 320, mt: 0.5 } },
      }}
    >
      {actions.flatMap((action, index) => [
        index === firstDanger && index > 0 && <Divider key="dangers" component="li" />,
        <Entry key={action.name} action={action} saidBy={sharedRefusal === null ? undefined : sharedId} />,
      ])}
      {sharedRefusal !== null && [
        <Divider key="refused" component="li" />,
        <Box
          component="li"
          key="refusal"
          role="none"
          id={sharedId}
          sx={{ px: 2, py: 0.75, fontSize: "0.88rem", overflowWrap: "anywhere" }}
        >
          {notAvailable()}
          {sharedRefusal}
        </Box>,
      ]}
    </Menu>
  );
}

interface EntryProps {
  readonly action: MenuAction;
  /** The id of what says why it can't be done, if the entry doesn't. */
  readonly saidBy: string | undefined;
}

function Entry({ action, saidBy }: EntryProps) {
  const { name, label, isDangerous, refusal, onIntent, onChoose } = action;
  const isRefused = refusal !== null;
  return (
    <MenuItem
      data-testid={`transition-${name}`}
      disabled={isRefused}
      aria-describedby={isRefused ? saidBy : undefined}
      {...(!isRefused && intent(onIntent))}
      onClick={onChoose}
      sx={{
        display: "block",
        whiteSpace: "normal",
        overflowWrap: "anywhere",
        color: isDangerous ? "error.main" : undefined,
        "&.Mui-disabled": { opacity: 1 },
      }}
    >
      <Box sx={{ opacity: isRefused ? 0.55 : undefined }}>{label}</Box>
      {isRefused && saidBy === undefined && (
        <Box sx={{ color: "text.primary", fontSize: "0.88rem" }}>
          {notAvailable()}
          {refusal}
        </Box>
      )}
    </MenuItem>
  );
}

import { t } from "@lingui/core/macro";
import IconButton from "@mui/material/IconButton";
import { useColorScheme } from "@mui/material/styles";

import { MoonIcon, SunIcon, SystemIcon } from "./icons.tsx";

const modes = {
  system: { next: "light", Icon: SystemIcon },
  light: { next: "dark", Icon: SunIcon },
  dark: { next: "system", Icon: MoonIcon },
} as const;

type Mode = keyof typeof modes;

function labelOf(mode: Mode): string {
  switch (mode) {
    case "system":
      return t`System colours`;
    case "light":
      return t`Light colours`;
    case "dark":
      return t`Dark colours`;
  }
}

/** What a press does. */
function offer(next: Mode): string {
  switch (next) {
    case "system":
      return t`Switch to system colours`;
    case "light":
      return t`Switch to light colours`;
    case "dark":
      return t`Switch to dark colours`;
  }
}

/** Cycles through system, light and dark. The browser remembers the choice. */
export function ColourModeButton() {
  const { mode, setMode } = useColorScheme();
  const shown = mode ?? "system";
  const { next, Icon } = modes[shown];
  const label = labelOf(shown);
  return (
    <IconButton
      title={label}
      aria-label={`${label}. ${offer(next)}`}
      onClick={() => {
        setMode(next);
      }}
    >
      <Icon />
    </IconButton>
  );
}

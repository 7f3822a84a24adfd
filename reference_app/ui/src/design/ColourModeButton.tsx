import IconButton from "@mui/material/IconButton";
import { useColorScheme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";

import { MoonIcon, SunIcon, SystemIcon } from "./icons.tsx";

const modes = {
  system: { next: "light", label: "System colours", Icon: SystemIcon },
  light: { next: "dark", label: "Light colours", Icon: SunIcon },
  dark: { next: "system", label: "Dark colours", Icon: MoonIcon },
} as const;

/** Cycles through system, light and dark. The browser remembers the choice. */
export function ColourModeButton() {
  const { mode, setMode } = useColorScheme();
  const { next, label, Icon } = modes[mode ?? "system"];
  return (
    <Tooltip title={label}>
      <IconButton
        aria-label={`${label}. Switch to ${modes[next].label.toLowerCase()}`}
        onClick={() => {
          setMode(next);
        }}
      >
        <Icon />
      </IconButton>
    </Tooltip>
  );
}

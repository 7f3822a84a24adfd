import IconButton from "@mui/material/IconButton";
import { useColorScheme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";

import { MoonIcon, SunIcon, SystemIcon } from "./icons.tsx";

const modes = {
  system: { next: "light", label: "Colours follow the system", Icon: SystemIcon },
  light: { next: "dark", label: "Light colours", Icon: SunIcon },
  dark: { next: "system", label: "Dark colours", Icon: MoonIcon },
} as const;

/** Goes round system, light and dark; the browser remembers the choice. */
export function ColourModeButton() {
  const { mode, setMode } = useColorScheme();
  const { next, label, Icon } = modes[mode ?? "system"];
  return (
    <Tooltip title={`${label}. Press for the next.`}>
      <IconButton
        aria-label={`${label}. Change to ${modes[next].label.toLowerCase()}`}
        onClick={() => {
          setMode(next);
        }}
      >
        <Icon />
      </IconButton>
    </Tooltip>
  );
}

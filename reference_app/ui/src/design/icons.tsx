import SvgIcon, { type SvgIconProps } from "@mui/material/SvgIcon";

/** Creates an outline icon from an SVG path, drawn in the current text colour. */
export function stroked(path: string, name: string) {
  function Icon(props: SvgIconProps) {
    return (
      <SvgIcon {...props} aria-hidden>
        <path
          d={path}
          fill="none"
          stroke="currentColor"
          strokeWidth={1.8}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </SvgIcon>
    );
  }
  Icon.displayName = name;
  return Icon;
}

export const FilmIcon = stroked(
  "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4",
  "FilmIcon",
);
export const HomeIcon = stroked("M4 11.5 12 5l8 6.5V20h-5.5v-5.5h-5V20H4z", "HomeIcon");
export const CameraIcon = stroked(
  "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4",
  "CameraIcon",
);
export const PulseIcon = stroked("M3 12.5h4l2.5-7 4.5 13 2.5-6H21", "PulseIcon");
export const SunIcon = stroked(
  "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  "SunIcon",
);
export const MoonIcon = stroked("M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7", "MoonIcon");
export const SystemIcon = stroked("M4 5h16v11H4zM9 20h6M12 16v4", "SystemIcon");
export const WarningIcon = stroked("M12 4 2.8 19.5h18.4zM12 10v4.2M12 16.9v.2", "WarningIcon");
export const InfoIcon = stroked("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 7.8V8", "InfoIcon");
export const PlusIcon = stroked("M12 5v14M5 12h14", "PlusIcon");
export const LockIcon = stroked("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3", "LockIcon");
export const SparkIcon = stroked("M5 4.5v15l14-7.5z", "SparkIcon");
export const MoreIcon = stroked(
  "M4.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M11.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M18.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0",
  "MoreIcon",
);

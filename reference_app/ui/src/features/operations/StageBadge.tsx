import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";

import { stroked } from "../../design/icons.tsx";
import type { Stage } from "./workFilter.ts";

const icons = {
  WAITING: stroked("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5.2l3.2 2", "WaitingIcon"),
  RUNNING: stroked("M7 4.5v15l12-7.5z", "RunningIcon"),
  PAUSED: stroked("M8.5 5v14M15.5 5v14", "PausedIcon"),
  SUCCEEDED: stroked("M4.5 12.5l5 5 10-11", "SucceededIcon"),
  FAILED: stroked("M6 6l12 12M18 6 6 18", "FailedIcon"),
  CANCELLED: stroked("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.6 5.6l12.8 12.8", "CancelledIcon"),
} as const;

const colours: Readonly<Record<Stage, string>> = {
  WAITING: "warning.main",
  RUNNING: "success.main",
  PAUSED: "text.secondary",
  SUCCEEDED: "success.main",
  FAILED: "error.main",
  CANCELLED: "text.secondary",
};

/** How far work is, as an icon, a word and a colour. */
export function StageBadge({ stage }: { readonly stage: Stage }) {
  const Icon = icons[stage];
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        alignItems: "center",
        gap: 0.5,
        color: colours[stage],
        fontSize: "0.86rem",
        fontWeight: 650,
        whiteSpace: "nowrap",
      }}
    >
      <Icon sx={{ fontSize: "1.1rem" }} />
      {stageName(stage)}
    </Box>
  );
}

/** What people call a stage. */
export function stageName(stage: Stage): string {
  switch (stage) {
    case "WAITING":
      return t`Waiting`;
    case "RUNNING":
      return t`Running`;
    case "PAUSED":
      return t`Paused`;
    case "SUCCEEDED":
      return t`Done`;
    case "FAILED":
      return t`Failed`;
    case "CANCELLED":
      return t`Cancelled`;
  }
}

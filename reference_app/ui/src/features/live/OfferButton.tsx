import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button, { type ButtonProps } from "@mui/material/Button";
import { useId, type ReactNode } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import { Reasons } from "./Reasons.tsx";

export interface OfferButtonProps {
  readonly label: string;
  readonly allowed: boolean;
  readonly reasons: Reasons_reasons$key;
  readonly onPress: () => void;
  readonly busy: boolean;
  readonly testId?: string;
  readonly size?: ButtonProps["size"];
  readonly variant?: ButtonProps["variant"];
  readonly color?: ButtonProps["color"];
  readonly icon?: ButtonProps["startIcon"];
  /** What says more than the reasons when it is not allowed: the button that opens the panel. */
  readonly why?: ReactNode;
}

/**
 * The button of something that the server offers. When it is not allowed now, the button stays
 * reachable by keyboard (aria-disabled, not disabled). The reasons are listed below it as its description.
 */
export function OfferButton({
  label,
  allowed,
  reasons,
  onPress,
  busy,
  testId,
  size = "medium",
  variant = "outlined",
  color = "primary",
  icon,
  why,
}: OfferButtonProps) {
  const reasonsId = useId();
  const blocked = !allowed;
  const off = blocked || busy;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Button
        data-testid={testId}
        data-allowed={allowed}
        variant={variant}
        color={color}
        size={size}
        startIcon={icon}
        loading={busy}
        loadingPosition={icon === undefined ? "center" : "start"}
        aria-disabled={off}
        aria-describedby={blocked ? reasonsId : undefined}
        onClick={() => {
          if (!off) onPress();
        }}
        sx={{
          justifySelf: size === "small" ? "start" : undefined,
          ...(blocked && { opacity: 0.55, cursor: "not-allowed", filter: "saturate(0.4)" }),
        }}
      >
        {label}
      </Button>
      {blocked && (
        <Box sx={{ borderLeft: 3, borderColor: "warning.main", pl: 1.5, py: 0.25 }}>
          <div id={reasonsId}>
            <VisuallyHidden>{`${t`Not available:`} `}</VisuallyHidden>
            <Reasons reasons={reasons} inShort={why !== undefined} />
          </div>
          {why}
        </Box>
      )}
    </Box>
  );
}

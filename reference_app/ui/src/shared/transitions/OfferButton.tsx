import Box from "@mui/material/Box";
import Button, { type ButtonProps } from "@mui/material/Button";
import { useId, type ReactNode } from "react";

import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import { intent } from "../../design/intent.ts";
import { Refusal } from "./Refusal.tsx";

export interface OfferButtonProps {
  readonly label: string;
  readonly allowed: boolean;
  readonly reasons: Reasons_reasons$key;
  readonly onPress: () => void;
  /** Somebody points at it or has the focus on it, so that they may press it next. */
  readonly onIntent?: () => void;
  readonly busy: boolean;
  readonly testId?: string;
  readonly size?: ButtonProps["size"];
  readonly variant?: ButtonProps["variant"];
  readonly color?: ButtonProps["color"];
  readonly icon?: ButtonProps["startIcon"];
  /** What says more than the reasons when it is not allowed: the button that opens the panel. */
  readonly why?: ReactNode;
  /** The id of what says why it is refused, if that isn't said below it. */
  readonly saidBy?: string | undefined;
}

/**
 * The button of something that the server offers. When it is not allowed now, the button stays
 * reachable by keyboard (aria-disabled, not disabled). The reasons are its description: listed below it, or
 * wherever they are said once for several.
 */
export function OfferButton({
  label,
  allowed,
  reasons,
  onPress,
  onIntent,
  busy,
  testId,
  size = "medium",
  variant = "outlined",
  color = "primary",
  icon,
  why,
  saidBy,
}: OfferButtonProps) {
  const ownId = useId();
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
        aria-describedby={blocked ? (saidBy ?? ownId) : undefined}
        {...(!off && intent(onIntent))}
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
      {blocked && saidBy === undefined && <Refusal id={ownId} reasons={reasons} why={why} />}
    </Box>
  );
}

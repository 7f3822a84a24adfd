import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button, { type ButtonProps } from "@mui/material/Button";
import { useId, type ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { TransitionButton_transition$key } from "./__generated__/TransitionButton_transition.graphql";
import { Reasons } from "./Reasons.tsx";

interface Props {
  readonly transition: TransitionButton_transition$key;
  readonly onPress: () => void;
  readonly busy: boolean;
  /** What the button says instead of the transition's label. */
  readonly label?: string | undefined;
  readonly testId?: string;
  readonly size?: ButtonProps["size"];
  readonly variant?: ButtonProps["variant"];
  readonly color?: ButtonProps["color"];
  readonly icon?: ButtonProps["startIcon"];
  /** What says more than the reasons when it is not allowed: the button that opens the panel. */
  readonly why?: ReactNode;
}

/**
 * The button of a transition that the server offers. When the transition is not allowed now, the button stays
 * reachable by keyboard (aria-disabled, not disabled). The reasons are listed below it as its description.
 */
export function TransitionButton({
  transition,
  onPress,
  busy,
  label,
  testId,
  size = "medium",
  variant = "outlined",
  color = "primary",
  icon,
  why,
}: Props) {
  const data = useFragment(
    graphql`
      fragment TransitionButton_transition on Transition {
        label
        allowed
        reasons {
          ...Reasons_reasons
        }
      }
    `,
    transition,
  );
  const reasonsId = useId();
  const blocked = !data.allowed;
  const off = blocked || busy;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Button
        data-testid={testId}
        data-allowed={data.allowed}
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
        {label ?? data.label}
      </Button>
      {blocked && (
        <Box sx={{ borderLeft: 3, borderColor: "warning.main", pl: 1.5, py: 0.25 }}>
          <div id={reasonsId}>
            <VisuallyHidden>{`${t`Not available:`} `}</VisuallyHidden>
            <Reasons reasons={data.reasons} inShort={why !== undefined} />
          </div>
          {why}
        </Box>
      )}
    </Box>
  );
}

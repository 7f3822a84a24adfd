import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import type { ReactNode } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import { Reasons } from "./Reasons.tsx";

interface Props {
  /** The id of the reasons, which describe what is refused. */
  readonly id: string;
  readonly reasons: Reasons_reasons$key;
  /** What says more than the reasons: the button that opens the panel. */
  readonly why: ReactNode;
}

/** Why what stands above it is refused. */
export function Refusal({ id, reasons, why }: Props) {
  return (
    <Box sx={{ borderLeft: 3, borderColor: "warning.main", pl: 1.5, py: 0.25, minWidth: 0 }}>
      <div id={id}>
        <VisuallyHidden>{`${t`Not available:`} `}</VisuallyHidden>
        <Reasons reasons={reasons} inShort={why !== undefined} />
      </div>
      {why}
    </Box>
  );
}

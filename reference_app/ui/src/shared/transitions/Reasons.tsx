import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { inLocalTime } from "../../lib/age.ts";
import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import { useServerNow } from "../live/useServerNow.ts";

interface Props {
  readonly reasons: Reasons_reasons$key;
  readonly id?: string;
  /** Whether a panel beside them says who holds what: then they don't name processes and leases. */
  readonly inShort?: boolean;
}

/** Why something can't be done now, each reason with its remedy. */
export function Reasons({ reasons, id, inShort = false }: Props) {
  const list = useFragment(
    graphql`
      fragment Reasons_reasons on Reason @relay(plural: true) {
        code
        message
        remedy
      }
    `,
    reasons,
  );
  const now = useServerNow();
  const isHeld = (code: string) => inShort && (code === "held" || code === "waited_for");
  const shown = list.filter(
    ({ code }, index) => !isHeld(code) || list.findIndex((each) => isHeld(each.code)) === index,
  );
  return (
    <Box
      component="ul"
      id={id}
      sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.75, fontSize: "0.88rem" }}
    >
      {shown.map((reason, index) => (
        <Box component="li" key={`${reason.code}-${String(index)}`}>
          {isHeld(reason.code) ? t`Something else has to end first.` : inLocalTime(reason.message, now)}
          {reason.remedy !== "" && !isHeld(reason.code) && (
            <Box component="span" sx={{ display: "block", color: "text.secondary" }}>
              {inLocalTime(reason.remedy, now)}
            </Box>
          )}
        </Box>
      ))}
    </Box>
  );
}

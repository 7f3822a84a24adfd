import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { inLocalTime } from "../../lib/age.ts";
import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import { useServerNow } from "./useServerNow.ts";

interface Props {
  readonly reasons: Reasons_reasons$key;
  readonly id?: string;
}

/** Why something can't be done now, each reason with its remedy. */
export function Reasons({ reasons, id }: Props) {
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
  return (
    <Box
      component="ul"
      id={id}
      sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.75, fontSize: "0.88rem" }}
    >
      {list.map((reason, index) => (
        <Box component="li" key={`${reason.code}-${String(index)}`}>
          {inLocalTime(reason.message, now)}
          {reason.remedy !== "" && (
            <Box component="span" sx={{ display: "block", color: "text.secondary" }}>
              {inLocalTime(reason.remedy, now)}
            </Box>
          )}
        </Box>
      ))}
    </Box>
  );
}

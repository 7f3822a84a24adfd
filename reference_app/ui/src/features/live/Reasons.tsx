import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";

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
  return (
    <Box
      component="ul"
      id={id}
      sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.75, fontSize: "0.88rem" }}
    >
      {list.map((reason, index) => (
        <Box component="li" key={`${reason.code}-${String(index)}`}>
          {reason.message}
          {reason.remedy !== "" && (
            <Box component="span" sx={{ display: "block", color: "text.secondary" }}>
              {reason.remedy}
            </Box>
          )}
        </Box>
      ))}
    </Box>
  );
}

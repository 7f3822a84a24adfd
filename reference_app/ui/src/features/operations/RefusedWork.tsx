import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { inLocalTime } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { RefusedWork_outcomes$key } from "./__generated__/RefusedWork_outcomes.graphql";

/** Why something can't be done with some work, or wasn't: each reason once, after what it is about. */
export function RefusedWork({ outcomes }: { readonly outcomes: RefusedWork_outcomes$key }) {
  const all = useFragment(
    graphql`
      fragment RefusedWork_outcomes on WorkOutcome @relay(plural: true) {
        object {
          displayName
        }
        reasons {
          message
          remedy
        }
      }
    `,
    outcomes,
  );
  const now = useServerNow();
  const byReason = new Map<string, string[]>();
  for (const { object, reasons } of all) {
    const why = reasons.map(({ message, remedy }) => `${message} ${remedy}`.trim()).join(" ");
    if (why !== "") byReason.set(why, [...(byReason.get(why) ?? []), object.displayName]);
  }
  if (byReason.size === 0) return null;
  return (
    <Box component="ul" sx={{ m: 0, pl: 2.5, fontSize: "0.88rem", overflowWrap: "anywhere" }}>
      {[...byReason].map(([why, names]) => (
        <li key={why}>
          <strong>{names.join(", ")}</strong>: {inLocalTime(why, now)}
        </li>
      ))}
    </Box>
  );
}

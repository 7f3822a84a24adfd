import Typography from "@mui/material/Typography";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { WhyPanelQuery } from "./__generated__/WhyPanelQuery.graphql";
import { useWhy } from "./useWhy.ts";
import { WhyChain } from "./WhyChain.tsx";

/** Why an object or a task is not done yet: a chain that is read from top to bottom, live. */
export function WhyPanel({ of }: { readonly of: string }) {
  const { why } = useLazyLoadQuery<WhyPanelQuery>(
    graphql`
      query WhyPanelQuery($id: ID!) {
        why(id: $id) {
          ...WhyChain_why
        }
      }
    `,
    { id: of },
    { fetchPolicy: "store-and-network" },
  );
  const status = useWhy(of);
  return (
    <>
      <WhyChain why={why} of={of} />
      {status === "stale" && (
        <Typography variant="caption" component="p" role="status" sx={{ color: "warning.main" }}>
          Not live: the server has not answered in time. This may be out of date.
        </Typography>
      )}
    </>
  );
}

import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import type { WhyChain_why$key } from "./__generated__/WhyChain_why.graphql";
import { WhyLine } from "./WhyLine.tsx";

/** The links of a chain, in order; three words when nothing waits. */
export function WhyChain({ why, of }: { readonly why: WhyChain_why$key; readonly of: string }) {
  const { summary, links } = useFragment(
    graphql`
      fragment WhyChain_why on Why {
        summary
        links {
          id
          ...WhyLine_link
        }
      }
    `,
    why,
  );
  if (links.length === 0) {
    return (
      <Typography variant="body2" data-testid="why-nothing">
        {summary}
      </Typography>
    );
  }
  return (
    <Box component="ol" sx={{ m: 0, p: 0, listStyle: "none" }}>
      {links.map((link) => (
        <WhyLine key={link.id} link={link} of={of} />
      ))}
    </Box>
  );
}

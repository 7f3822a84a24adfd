import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { Panel } from "../../design/Panel.tsx";
import { WhyLine } from "../../shared/why/WhyLine.tsx";
import type { NeedsYou_home$key } from "./__generated__/NeedsYou_home.graphql";

/** What somebody has to look after, each with its action or its link; nothing when all is well. */
export function NeedsYou({ home }: { readonly home: NeedsYou_home$key }) {
  const { needs } = useFragment(
    graphql`
      fragment NeedsYou_home on Home {
        needs {
          id
          kind
          ...WhyLine_link
        }
      }
    `,
    home,
  );
  if (needs.length === 0) return null;
  return (
    <Panel title={t`Needs you`}>
      <Box component="ul" data-testid="needs-you" sx={{ m: 0, mb: -1.5, p: 0, listStyle: "none" }}>
        {needs.map((need) => (
          <WhyLine
            key={need.id}
            link={need}
            elsewhere={
              ofQueues.has(need.kind) ? (
                <Link component={RouterLink} to="/operations">{t`Show queues`}</Link>
              ) : null
            }
          />
        ))}
      </Box>
    </Panel>
  );
}

const ofQueues: ReadonlySet<string> = new Set(["QUEUE", "WORKER"]);

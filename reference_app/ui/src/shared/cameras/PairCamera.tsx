import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";

import { PlusIcon } from "../../design/icons.tsx";
import type { PairCamera_query$key } from "./__generated__/PairCamera_query.graphql";
import { Reasons } from "../transitions/Reasons.tsx";

/** The way to the page that pairs a camera, or why the viewer can't. */
export function PairCamera({ query }: { readonly query: PairCamera_query$key }) {
  const { blockers } = useFragment(
    graphql`
      fragment PairCamera_query on Query {
        blockers(mutation: "approveCamera") {
          ...Reasons_reasons
        }
      }
    `,
    query,
  );
  if (blockers.length > 0) return <Reasons reasons={blockers} />;
  return (
    <Button
      component={Link}
      to="/pair"
      variant="contained"
      startIcon={<PlusIcon />}
    >{t`Pair a camera`}</Button>
  );
}

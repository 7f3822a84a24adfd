import Link from "@mui/material/Link";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import type { SubjectLink_subject$key } from "./__generated__/SubjectLink_subject.graphql";
import { subjectAddress } from "./subjectAddress.ts";

interface Props {
  readonly subject: SubjectLink_subject$key;
  /** What the link says instead of the name. Without a page of its own, the name is shown. */
  readonly label?: string;
}

/** What something is about: its name, and a link to its page if it has one. */
export function SubjectLink({ subject, label }: Props) {
  const data = useFragment(
    graphql`
      fragment SubjectLink_subject on Node {
        ... on Stateful {
          displayName
        }
        ...subjectAddress_subject
      }
    `,
    subject,
  );
  const address = subjectAddress(data);
  if (address === null) return <>{data.displayName}</>;
  return (
    <Link component={RouterLink} to={address} aria-label={label && `${label} ${data.displayName ?? ""}`}>
      {label ?? data.displayName}
    </Link>
  );
}

import Link from "@mui/material/Link";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "react-router";

import type { SubjectLink_subject$key } from "./__generated__/SubjectLink_subject.graphql";

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
        __typename
        id
        ... on Stateful {
          displayName
        }
        ... on Movie {
          timelapse {
            id
          }
        }
      }
    `,
    subject,
  );
  const address = addressOf(data);
  if (address === null) return <>{data.displayName}</>;
  return (
    <Link component={RouterLink} to={address} aria-label={label && `${label} ${data.displayName ?? ""}`}>
      {label ?? data.displayName}
    </Link>
  );
}

interface Subject {
  readonly __typename: string;
  readonly id: string;
  readonly timelapse?: { readonly id: string } | null | undefined;
}

function addressOf({ __typename, id, timelapse }: Subject): string | null {
  if (__typename === "Movie") return timelapse ? `/timelapses/${timelapse.id}` : null;
  if (__typename === "Timelapse") return `/timelapses/${id}`;
  return __typename === "Camera" ? `/cameras/${id}` : null;
}

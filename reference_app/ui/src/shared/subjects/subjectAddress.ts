import { graphql, readInlineData } from "react-relay";

import type { subjectAddress_subject$key } from "./__generated__/subjectAddress_subject.graphql";

/** The address of the page on which an object is shown; null if there is none. */
export function subjectAddress(subject: subjectAddress_subject$key): string | null {
  const { __typename, id } = readInlineData(
    graphql`
      fragment subjectAddress_subject on Node @inline {
        __typename
        id
      }
    `,
    subject,
  );
  if (__typename === "Movie") return movieAddress(id);
  if (__typename === "Timelapse") return `/timelapses/${encodeURIComponent(id)}`;
  return __typename === "Camera" ? `/cameras/${encodeURIComponent(id)}` : null;
}

/** The address of a movie's page. */
export function movieAddress(id: string): string {
  return `/movies/${encodeURIComponent(id)}`;
}

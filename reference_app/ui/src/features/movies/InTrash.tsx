import { t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, formatMoment, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { InTrash_movie$key } from "./__generated__/InTrash_movie.graphql";

interface Props {
  readonly movie: InTrash_movie$key;
  /** The time zone of the movie's place. */
  readonly zone: string;
}

/** Who deleted a movie, when, and when it is gone for good; nothing of one that isn't in the trash. */
export function InTrash({ movie, zone }: Props) {
  const { inTrash } = useFragment(
    graphql`
      fragment InTrash_movie on Movie {
        inTrash {
          by
          at
          until
        }
      }
    `,
    movie,
  );
  const now = useServerNow();
  if (!inTrash) return null;
  const { by, at, until } = inTrash;
  const gone = formatMoment(until, zone) ?? "";
  const age = formatAge(instant(at) ?? now, now);
  return (
    <Typography variant="body2" data-testid="in-trash">
      {by == null ? t`Deleted ${age}.` : t`Deleted by ${by} ${age}.`} {t`Gone for good on ${gone}.`}
    </Typography>
  );
}

import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { CoverPicture } from "../../design/CoverPicture.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { movieAddress } from "../../shared/subjects/subjectAddress.ts";
import type { MovieRow_movie$key } from "./__generated__/MovieRow_movie.graphql";

interface Props {
  readonly movie: MovieRow_movie$key;
  /** What stands beside its name. */
  readonly aside?: ReactNode;
  /** What stands below its name. */
  readonly children?: ReactNode;
}

/** A movie in a list: its poster, and its name, which leads to its page. */
export function MovieRow({ movie, aside, children }: Props) {
  const { id, name, posterUrl } = useFragment(
    graphql`
      fragment MovieRow_movie on Movie {
        id
        name
        posterUrl
      }
    `,
    movie,
  );
  return (
    <Box
      component="li"
      sx={{ display: "grid", gridTemplateColumns: "88px minmax(0, 1fr)", gap: 1.5, alignItems: "start" }}
    >
      <Box
        sx={{
          aspectRatio: "16 / 9",
          borderRadius: 1,
          overflow: "hidden",
          bgcolor: "#0c0f0e",
          display: "grid",
          fontSize: "0.7rem",
          textAlign: "center",
          lineHeight: 1.1,
        }}
      >
        <CoverPicture url={posterUrl ?? null} alt="" icon={FilmIcon} size={22} />
      </Box>
      <Box sx={{ display: "grid", gap: 0.75, minWidth: 0 }}>
        <Box sx={{ display: "flex", justifyContent: "space-between", gap: 1.5, alignItems: "baseline" }}>
          <Link component={RouterLink} to={movieAddress(id)} sx={{ overflowWrap: "anywhere", minWidth: 0 }}>
            {name}
          </Link>
          {aside}
        </Box>
        {children}
      </Box>
    </Box>
  );
}

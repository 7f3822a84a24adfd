import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { CoverPicture } from "../../design/CoverPicture.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { Panel } from "../../design/Panel.tsx";
import { knownZone } from "../../lib/zonedInput.ts";
import type { TrashedMovie_movie$key } from "./__generated__/TrashedMovie_movie.graphql";
import { InTrash } from "./InTrash.tsx";

/** In the place of its player: that a movie is in the trash, and what that means. */
export function TrashedMovie({ movie }: { readonly movie: TrashedMovie_movie$key }) {
  const data = useFragment(
    graphql`
      fragment TrashedMovie_movie on Movie {
        posterUrl
        width
        height
        timelapse {
          timezone
        }
        ...InTrash_movie
      }
    `,
    movie,
  );
  return (
    <Panel title={t`This movie is in the trash`}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        {data.posterUrl != null && (
          <Box
            sx={{
              aspectRatio: `${String(data.width)} / ${String(data.height)}`,
              maxWidth: 480,
              borderRadius: 1,
              overflow: "hidden",
              bgcolor: "#0c0f0e",
              display: "grid",
            }}
          >
            <CoverPicture url={data.posterUrl} alt="" icon={FilmIcon} />
          </Box>
        )}
        <InTrash movie={data} zone={knownZone(data.timelapse.timezone)} />
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          {t`Until then it can be restored. It is in no list, and its share links show nothing.`}
        </Typography>
      </Box>
    </Panel>
  );
}

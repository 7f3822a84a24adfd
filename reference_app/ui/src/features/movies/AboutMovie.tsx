import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { PropertyList } from "../../design/PropertyList.tsx";
import { formatMoment } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { formatDuration, formatPlayTime } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { knownZone } from "../../lib/zonedInput.ts";
import type { AboutMovie_movie$key } from "./__generated__/AboutMovie_movie.graphql";
import { LeftOutFrames } from "./LeftOutFrames.tsx";

/** What a movie shows and of which size it is, who asked for it, and how long that took. */
export function AboutMovie({ movie }: { readonly movie: AboutMovie_movie$key }) {
  const data = useFragment(
    graphql`
      fragment AboutMovie_movie on Movie {
        from
        to
        timelapse {
          timezone
        }
        fps
        width
        height
        frameCount
        durationSeconds
        bytes
        sound {
          name
        }
        requestedBy
        createdAt
        finishedAt
        renderSeconds
        selectionNotes {
          text
        }
        ...LeftOutFrames_movie
      }
    `,
    movie,
  );
  const zone = knownZone(data.timelapse.timezone);
  const given: readonly (readonly [string, string | null])[] = [
    [t`From`, formatMoment(data.from, zone) ?? t`the first frame`],
    [t`To`, formatMoment(data.to, zone) ?? t`the last frame when it was requested`],
    [t`Time zone`, zone],
    [t`Frames`, formatNumber(data.frameCount)],
    [t`Length`, data.durationSeconds == null ? null : formatPlayTime(data.durationSeconds)],
    [t`Speed`, `${formatCount(data.fps, "frame")}/s`],
    [t`Picture`, `${String(data.width)} × ${String(data.height)}`],
    [t`File`, data.bytes == null ? null : formatBytes(data.bytes)],
    [t`Sound`, data.sound?.name ?? null],
    [t`Requested`, [formatMoment(data.createdAt, zone), data.requestedBy].filter(Boolean).join(", ")],
    [t`Finished`, formatMoment(data.finishedAt, zone)],
    [t`Rendered in`, data.renderSeconds == null ? null : formatDuration(data.renderSeconds)],
  ];
  return (
    <Panel title={t`About this movie`}>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <PropertyList
          properties={given.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))}
        />
        {data.selectionNotes.length > 0 && (
          <Box component="ul" sx={{ m: 0, pl: 2.5, fontSize: "0.9rem" }}>
            {data.selectionNotes.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </Box>
        )}
        <LeftOutFrames movie={data} />
      </Box>
    </Panel>
  );
}

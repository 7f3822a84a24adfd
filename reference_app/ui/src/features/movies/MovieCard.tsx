import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";

import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatBytes } from "../../lib/bytes.ts";
import { formatPlayTime } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { humanize } from "../../lib/words.ts";
import { MovieMeter } from "../live/MovieMeter.tsx";
import { ShareLinks } from "../live/ShareLinks.tsx";
import { Transitions } from "../live/Transitions.tsx";
import { WhyButton } from "../live/WhyButton.tsx";
import type { MovieCard_movie$key } from "./__generated__/MovieCard_movie.graphql";
import { LeftOutFrames } from "./LeftOutFrames.tsx";
import { MovieCancelling } from "./MovieCancelling.tsx";
import { MovieFailure } from "./MovieFailure.tsx";
import { MoviePlayer } from "./MoviePlayer.tsx";
import { MovieWaiting } from "./MovieWaiting.tsx";

const tones: Readonly<Record<string, Tone>> = {
  ready: "good",
  rendering: "good",
  failed: "bad",
  cancelled: "quiet",
  paused: "quiet",
  queued: "attention",
};

/** What the button of the panel asks, in the states in which a movie waits for something or failed. */
const questions: Readonly<Partial<Record<string, () => string>>> = {
  queued: () => t`Why is it waiting?`,
  rendering: () => t`When is it done?`,
  failed: () => t`Why did it fail?`,
};

/** One movie: its progress while it renders, its player when it is ready, or the reason why it failed. */
export function MovieCard({ movie }: { readonly movie: MovieCard_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MovieCard_movie on Movie {
        id
        name
        state
        fps
        width
        height
        frameCount
        framesDone
        durationSeconds
        bytes
        sound {
          name
        }
        videoUrl
        downloadUrl
        ...MovieMeter_movie
        ...MoviePlayer_movie
        ...MovieFailure_movie
        cancelRequest {
          pauses
        }
        ...MovieCancelling_movie
        ...MovieWaiting_movie
        ...LeftOutFrames_movie
        shareLinks {
          ...ShareLinks_links
        }
        ...Transitions_stateful
      }
    `,
    movie,
  );
  const titleId = useId();
  const question = questions[data.state.toLowerCase()]?.();
  const playable = typeof data.videoUrl === "string";
  const properties = [
    formatCount(data.frameCount, "frame"),
    data.durationSeconds == null ? null : formatPlayTime(data.durationSeconds),
    `${String(data.width)}×${String(data.height)}`,
    t`${formatNumber(data.fps)} fps`,
    data.bytes == null ? null : formatBytes(data.bytes),
    data.sound == null ? null : t`with sound`,
  ].filter((property) => property !== null);
  return (
    <Paper
      component="article"
      variant="outlined"
      aria-labelledby={titleId}
      data-testid="movie-card"
      data-state={data.state.toLowerCase()}
      sx={{ overflow: "hidden", minWidth: 0 }}
    >
      <MoviePlayer movie={data} />
      <Box sx={{ p: 2, display: "grid", gap: 1.5 }}>
        <Box>
          <Box sx={{ display: "flex", justifyContent: "space-between", alignItems: "baseline", gap: 2 }}>
            <Typography variant="h3" id={titleId} sx={{ overflowWrap: "anywhere" }}>
              {data.name}
            </Typography>
            {data.cancelRequest ? (
              <StateBadge tone="attention" label={data.cancelRequest.pauses ? t`Pausing` : t`Cancelling`} />
            ) : (
              <StateBadge tone={tones[data.state.toLowerCase()] ?? "quiet"} label={humanize(data.state)} />
            )}
          </Box>
          <Typography variant="caption" component="p" sx={{ color: "text.secondary" }}>
            {properties.join(" · ")}
          </Typography>
        </Box>
        {!playable && <MovieMeter movie={data} testId="movie-progress" livenessTestId="movie-liveness" />}
        <MovieCancelling movie={data} />
        <MovieFailure movie={data} />
        {question !== undefined && !data.cancelRequest && (
          <WhyButton of={data.id} label={question}>
            <MovieWaiting movie={data} />
          </WhyButton>
        )}
        <LeftOutFrames movie={data} />
        {data.downloadUrl != null && (
          <Link
            href={data.downloadUrl}
            download
            variant="body2"
            sx={{ justifySelf: "start" }}
          >{t`Download`}</Link>
        )}
        <Transitions of={data} except={withheld(data)} labels={resumeLabel(data)} isOneOfMany />
        <ShareLinks of={data.id} links={data.shareLinks} />
      </Box>
    </Paper>
  );
}

interface Rest {
  readonly state: string;
  readonly framesDone: number;
  readonly frameCount: number;
  readonly cancelRequest?: { readonly pauses: boolean } | null | undefined;
}

/** Transitions that are not shown: what has been asked for already, and starting over what hasn't begun. */
function withheld({ cancelRequest, framesDone }: Rest): string[] {
  const asked = cancelRequest ? (cancelRequest.pauses ? ["pause"] : ["pause", "cancel"]) : [];
  return framesDone > 0 ? asked : [...asked, "start_over"];
}

/** What retrying is called: resuming, when something is done or somebody paused it. */
function resumeLabel({ state, framesDone, frameCount }: Rest): Partial<Record<string, string>> {
  if (framesDone > 0) {
    return { retry: t`Resume (${formatNumber(framesDone)} of ${formatNumber(frameCount)} done)` };
  }
  return state.toLowerCase() === "paused" ? { retry: t`Resume` } : {};
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { lazy, Suspense, useEffect, useRef, useState, useTransition, type RefObject } from "react";
import { graphql, useFragment, usePaginationFragment } from "react-relay";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { nearestTo } from "../../lib/moments.ts";
import { knownZone } from "../../lib/zonedInput.ts";
import { fetched } from "../../relay/code.ts";
import type { FrameBrowser_frames$key } from "./__generated__/FrameBrowser_frames.graphql";
import type { FrameBrowser_live$key } from "./__generated__/FrameBrowser_live.graphql";
import type { FrameBrowserPaginationQuery } from "./__generated__/FrameBrowserPaginationQuery.graphql";
import { PageProblem } from "../../shared/pages/PageProblem.tsx";
import { Filmstrip } from "./Filmstrip.tsx";
import { FramePlayer } from "./FramePlayer.tsx";
import { FrameViewer } from "./FrameViewer.tsx";
import { LatestFrame } from "./LatestFrame.tsx";
import { Scrubber, ScrubberSpace } from "./Scrubber.tsx";
import { NewTimelapseHere } from "./NewTimelapseHere.tsx";
import { StretchChoice, type ChosenStretch } from "./StretchChoice.tsx";
import { useComparison } from "./useComparison.ts";

const CompareFrames = lazy(async () => ({
  default: (await fetched(import("./CompareFrames.tsx"))).CompareFrames,
}));

/** Frames that are fetched at once. */
const PAGE = 40;
/** With so few frames left on a side, more are fetched there. */
const MARGIN = 8;
/** Frames are fetched where a person who drags has stopped for so long. */
const SETTLES_MS = 120;
/** A comparison begins with so much earlier. */
const DAY_MS = 86_400_000;

interface Props {
  readonly frames: FrameBrowser_frames$key;
  readonly live: FrameBrowser_live$key;
  /** Whether the newest frames are shown, for whoever fetches them anew. */
  readonly followingRef: RefObject<boolean>;
  readonly mayHide: boolean;
  /** Opens the options of a movie of a part of it; null for those who can't make one. */
  readonly onMakeMovie: ((stretch: ChosenStretch) => void) | null;
}

/** All frames of a timelapse: one of them large, those around it in a strip, and where it is in time. */
export function FrameBrowser({ frames: key, live, followingRef, mayHide, onMakeMovie }: Props) {
  const { data, refetch, loadNext, loadPrevious, hasNext, hasPrevious, isLoadingNext, isLoadingPrevious } =
    usePaginationFragment<FrameBrowserPaginationQuery, FrameBrowser_frames$key>(
      graphql`
        fragment FrameBrowser_frames on Timelapse
        @argumentDefinitions(
          first: { type: "Int" }
          after: { type: "String" }
          last: { type: "Int" }
          before: { type: "String" }
          around: { type: "DateTime" }
        )
        @refetchable(queryName: "FrameBrowserPaginationQuery") {
          id
          frames(first: $first, after: $after, last: $last, before: $before, around: $around)
            @connection(key: "FrameBrowser_frames", filters: []) {
            edges {
              node {
                id
                capturedAt
                ...FilmstripFrame_frame
                ...FrameViewer_frame
              }
            }
          }
        }
      `,
      key,
    );
  const timelapse = useFragment(
    graphql`
      fragment FrameBrowser_live on Timelapse {
        name
        timezone
        frameCount
        camera {
          id
        }
        latestFrame {
          capturedAt
        }
        ...LatestFrame_timelapse
      }
    `,
    live,
  );
  const [moment, setMoment] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [comparison, compare] = useComparison();
  const [marked, setMarked] = useState<number | null>(null);
  const [hasCompared, setHasCompared] = useState(false);
  const [pending, startTransition] = useTransition();
  const refetching = useRef<ReturnType<typeof setTimeout>>(undefined);

  // A camera that was offline delivers old frames late, so the frames are sorted by capture time.
  const shown = data.frames.edges
    .map((edge) => edge.node)
    .sort((one, other) => Date.parse(one.capturedAt) - Date.parse(other.capturedAt));
  const at = moment === null ? shown.length - 1 : nearestTo(shown.map(captured), moment);
  const frame = shown[at];
  const isLooking = moment !== null;
  const zone = knownZone(timelapse.timezone);
  const first = shown[0];
  const last = shown.at(-1);
  const isLoaded = (at: number) =>
    first !== undefined &&
    last !== undefined &&
    (captured(first) <= at || !hasPrevious) &&
    (captured(last) >= at || !hasNext);

  useEffect(() => {
    followingRef.current = !isLooking;
  }, [followingRef, isLooking]);
  useEffect(
    () => () => {
      clearTimeout(refetching.current);
    },
    [],
  );
  useEffect(() => {
    if (!isLooking || pending) return;
    if (at < MARGIN && hasPrevious && !isLoadingPrevious) loadPrevious(PAGE);
    if (at >= shown.length - MARGIN && hasNext && !isLoadingNext) loadNext(PAGE);
  });

  const seek = (to: number) => {
    setMoment(to);
    clearTimeout(refetching.current);
    if (isLoaded(to)) return;
    refetching.current = setTimeout(() => {
      startTransition(() => {
        refetch(
          { first: PAGE, last: null, around: new Date(to).toISOString() },
          { fetchPolicy: "store-and-network" },
        );
      });
    }, SETTLES_MS);
  };
  const step = (by: number) => {
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) setMoment(captured(next));
  };
  const toNewest = () => {
    clearTimeout(refetching.current);
    setMoment(null);
    if (!hasNext) return;
    startTransition(() => {
      refetch({ first: null, last: PAGE, around: null }, { fetchPolicy: "store-and-network" });
    });
  };

  if (timelapse.frameCount === 0 || frame === undefined) return <LatestFrame timelapse={timelapse} />;
  if (comparison !== null) {
    return (
      <ErrorBoundary fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
        <Suspense fallback={<CompareSpace />}>
          <CompareFrames
            timelapse={data.id}
            comparison={comparison}
            newest={timelapse.latestFrame?.capturedAt ?? ""}
            onChange={compare}
            onClose={(at) => {
              setHasCompared(true);
              seek(at);
              compare(null);
            }}
          />
        </Suspense>
      </ErrorBoundary>
    );
  }
  return (
    <Box sx={{ display: "grid", gap: 1.5, minWidth: 0 }}>
      {playing ? (
        <FramePlayer
          timelapse={data.id}
          until={isLooking ? captured(frame) : (instantOf(timelapse.latestFrame) ?? captured(frame))}
          onClose={() => {
            setPlaying(false);
          }}
        />
      ) : isLooking ? (
        <FrameViewer
          frame={frame}
          timelapse={timelapse.name}
          zone={zone}
          mayHide={mayHide}
          hasPrevious={at > 0}
          hasNext={at < shown.length - 1}
          onStep={step}
          onCompare={() => {
            compare({ left: captured(frame) - DAY_MS, right: captured(frame) });
          }}
          isReturnedTo={hasCompared}
        />
      ) : (
        <LatestFrame timelapse={timelapse} />
      )}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        <Button
          variant="outlined"
          size="small"
          onClick={() => {
            setPlaying(!playing);
          }}
        >
          {playing ? t`Stop playing` : t`Play`}
        </Button>
        {!isLooking && (
          <Button
            size="small"
            onClick={() => {
              step(0);
            }}
          >{t`Look closer`}</Button>
        )}
        {isLooking && <Button size="small" onClick={toNewest}>{t`Show the newest`}</Button>}
        {onMakeMovie !== null && (isLooking || marked !== null) && (
          <StretchChoice
            moment={captured(frame)}
            zone={zone}
            marked={marked}
            onMark={setMarked}
            onMakeMovie={onMakeMovie}
            others={(stretch) => (
              <Suspense fallback={null}>
                <NewTimelapseHere camera={timelapse.camera.id} zone={zone} stretch={stretch} />
              </Suspense>
            )}
          />
        )}
      </Box>
      <Filmstrip
        frames={shown}
        selected={isLooking ? frame.id : null}
        onSelect={(id) => {
          const chosen = shown.find((each) => each.id === id);
          if (chosen) setMoment(captured(chosen));
        }}
      />
      <Suspense fallback={<ScrubberSpace />}>
        <Scrubber
          timelapse={data.id}
          moment={moment === null || isLoaded(moment) ? captured(frame) : moment}
          newest={timelapse.latestFrame?.capturedAt ?? ""}
          onSeek={seek}
          onStep={step}
        />
      </Suspense>
    </Box>
  );
}

/** Keeps the place of a comparison. */
function CompareSpace() {
  return (
    <Box aria-hidden>
      <Box sx={{ borderRadius: "14px", bgcolor: "#0c0f0e", aspectRatio: "16 / 9" }} />
      <ScrubberSpace />
    </Box>
  );
}

function captured({ capturedAt }: { readonly capturedAt: string }): number {
  return Date.parse(capturedAt);
}

function instantOf(frame: { readonly capturedAt: string } | null | undefined): number | null {
  return frame == null ? null : captured(frame);
}

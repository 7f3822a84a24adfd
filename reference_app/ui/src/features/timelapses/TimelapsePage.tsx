import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { useEffect, useRef, useState, type ComponentType, type RefObject } from "react";
import {
  fetchQuery,
  graphql,
  useFragment,
  usePreloadedQuery,
  useRelayEnvironment,
  type PreloadedQuery,
} from "react-relay";
import type { Subscription } from "relay-runtime";

import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { StateBadge } from "../../design/StateBadge.tsx";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { NotFound } from "../../shared/pages/NotFound.tsx";
import { ObjectRuns } from "../../shared/progress/ObjectRuns.tsx";
import { ShareLinks } from "../../shared/sharing/ShareLinks.tsx";
import { TimelapseLiveness } from "../../shared/liveness/TimelapseLiveness.tsx";
import { useCameraLiveness } from "../../shared/liveness/useCameraLiveness.ts";
import type { TimelapsePage_live$key } from "./__generated__/TimelapsePage_live.graphql";
import type {
  TimelapsePage_timelapse$data,
  TimelapsePage_timelapse$key,
} from "./__generated__/TimelapsePage_timelapse.graphql";
import type { TimelapsePageQuery } from "./__generated__/TimelapsePageQuery.graphql";
import type { TimelapsePageRefreshQuery } from "./__generated__/TimelapsePageRefreshQuery.graphql";
import type { RenderPanel_choices$key } from "./__generated__/RenderPanel_choices.graphql";
import { AboutTimelapse } from "./AboutTimelapse.tsx";
import { DeleteTimelapse } from "./DeleteTimelapse.tsx";
import { FrameBrowser } from "./FrameBrowser.tsx";
import { LATEST_MOVIE_ACTIONS, LatestMovie } from "./LatestMovie.tsx";
import { RenderPanel } from "./RenderPanel.tsx";
import type { ChosenStretch } from "./StretchChoice.tsx";
import { useTimelapseUpdates } from "./useTimelapseUpdates.ts";

/** The state in which nothing more is made of it. */
const ARCHIVED = "archived";

const query = graphql`
  query TimelapsePageQuery($id: ID!) {
    movieChoices {
      ...RenderPanel_choices
    }
    hideBlockers: blockers(mutation: "hideFrame") {
      __typename
    }
    node(id: $id) {
      ...TimelapsePage_timelapse @alias(as: "timelapse")
    }
  }
`;

/** Without the frames: a person looks back, and their place holds still. */
const queryWithoutFrames = graphql`
  query TimelapsePageRefreshQuery($id: ID!) {
    node(id: $id) {
      ...TimelapsePage_live @alias(as: "live")
      ...MovieList_timelapse @alias(as: "movies")
    }
  }
`;

interface Props {
  readonly queryRef: PreloadedQuery<TimelapsePageQuery>;
  /** The list of movies, from another feature. The routes pass it in. */
  readonly Movies: ComponentType<{ readonly timelapse: TimelapsePage_timelapse$data }>;
}

/** One timelapse, updated live: all its frames, rendering and the movies. */
export function TimelapsePage({ queryRef, Movies }: Props) {
  const { node, hideBlockers, movieChoices } = usePreloadedQuery<TimelapsePageQuery>(query, queryRef);
  if (!node?.timelapse)
    return (
      <NotFound
        icon={<FilmIcon />}
        title={t`Timelapse not found`}
        to="/timelapses"
        label={t`Show all timelapses`}
      >{t`It may have been deleted, or the address is wrong.`}</NotFound>
    );
  return (
    <Timelapse
      timelapse={node.timelapse}
      choices={movieChoices}
      Movies={Movies}
      mayHide={hideBlockers.length === 0}
    />
  );
}

function Timelapse({
  timelapse: key,
  choices,
  Movies,
  mayHide,
}: {
  readonly timelapse: TimelapsePage_timelapse$key;
  readonly choices: RenderPanel_choices$key;
  readonly Movies: Props["Movies"];
  readonly mayHide: boolean;
}) {
  const timelapse = useFragment(
    graphql`
      fragment TimelapsePage_timelapse on Timelapse {
        id
        ...TimelapsePage_live
        ...FrameBrowser_frames @arguments(last: 40)
        ...MovieList_timelapse
      }
    `,
    key,
  );
  const data = useFragment<TimelapsePage_live$key>(
    graphql`
      fragment TimelapsePage_live on Timelapse {
        name
        camera {
          id
          name
          ...ObjectRuns_stateful
        }
        ...TimelapseLiveness_timelapse
        availableTransitions {
          name
          ...isForOthers_transition
        }
        ...FrameBrowser_live
        ...RenderPanel_timelapse
        ...LatestMovie_timelapse
        shareLinks {
          ...ShareLinks_links
        }
        state
        stateLabel
        ...AboutTimelapse_timelapse
        ...ObjectRuns_stateful
        ...DeleteTimelapse_timelapse
      }
    `,
    timelapse,
  );
  const following = useRef(true);
  const [stretch, setStretch] = useState<ChosenStretch | null>(null);
  const render = data.availableTransitions.find(({ name }) => name === "render");
  const mayRender = data.state !== ARCHIVED && render !== undefined && !isForOthers(render);
  const status = useTimelapseUpdates(timelapse.id, useRefresh(timelapse.id, following), following);
  useCameraLiveness(data.camera.id);
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={data.name}
        lead={
          <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, alignItems: "center" }}>
            <span>{data.camera.name}</span>
            {data.state === ARCHIVED ? (
              <StateBadge tone="quiet" label={data.stateLabel} />
            ) : (
              <TimelapseLiveness timelapse={data} />
            )}
          </Box>
        }
        actions={<LiveStatusBadge status={status} />}
      />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 380px" },
          alignItems: "start",
        }}
      >
        {/* The frame stays visible while a person scrolls through the movies. */}
        <Box sx={{ display: "grid", gap: 1.5, minWidth: 0, position: { md: "sticky" }, top: 20 }}>
          <FrameBrowser
            frames={timelapse}
            live={data}
            followingRef={following}
            mayHide={mayHide}
            onMakeMovie={mayRender ? setStretch : null}
          />
        </Box>
        <Box sx={{ display: "grid", gap: 2.5, minWidth: 0 }}>
          {data.state !== ARCHIVED && (
            <RenderPanel
              timelapse={data}
              choices={choices}
              stretch={stretch}
              onClosed={() => {
                setStretch(null);
              }}
            />
          )}
          <ObjectRuns of={data} />
          <ObjectRuns of={data.camera} />
          <Movies timelapse={timelapse} />
          {data.state !== ARCHIVED && <LatestMovie timelapse={data} />}
          <AboutTimelapse timelapse={data} elsewhere={["render", "start_deleting", ...LATEST_MOVIE_ACTIONS]}>
            <ShareLinks of={timelapse.id} links={data.shareLinks} />
          </AboutTimelapse>
          <DeleteTimelapse timelapse={data} />
        </Box>
      </Box>
    </Box>
  );
}

/**
 * Returns a function that fetches the page's query again, without the frames if a person looks back. A new call
 * cancels the previous one.
 */
function useRefresh(id: string, following: RefObject<boolean>): (onDone: () => void) => void {
  const environment = useRelayEnvironment();
  const running = useRef<Subscription>(null);
  useEffect(() => () => running.current?.unsubscribe(), []);
  return (onDone) => {
    running.current?.unsubscribe();
    running.current = fetchQuery<TimelapsePageQuery | TimelapsePageRefreshQuery>(
      environment,
      following.current ? query : queryWithoutFrames,
      { id },
      { networkCacheConfig: { force: true } },
    ).subscribe({
      complete: onDone,
      // The next snapshot fetches again.
      error: () => undefined,
    });
  };
}

import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import type { usePlaybackQuery } from "./__generated__/usePlaybackQuery.graphql";

/** A loop has no more pictures than these: of a long stretch, every second, third or hundredth is played. */
const MOST = 600;
const PAGE = 100;
/** So many pictures are loaded before their turn; those that were shown are dropped. */
const AHEAD = 30;

const query = graphql`
  query usePlaybackQuery(
    $id: ID!
    $first: Int!
    $after: String
    $from: DateTime!
    $to: DateTime!
    $every: Int!
    $count: Boolean!
  ) {
    node(id: $id) {
      ... on Timelapse @alias(as: "timelapse") {
        frames(first: $first, after: $after, from: $from, to: $to, every: $every) {
          totalCount @include(if: $count)
          pageInfo {
            hasNextPage
            endCursor
          }
          edges {
            node {
              thumbnailUrl
              hidden {
                __typename
              }
            }
          }
        }
      }
    }
  }
`;

interface Options {
  readonly timelapse: string;
  readonly from: number;
  readonly to: number;
  readonly speed: number;
  readonly running: boolean;
  readonly loop: boolean;
}

interface Playback {
  readonly state: "loading" | "failed" | "empty" | "ready";
  /** The picture to show; null until there is one. */
  readonly url: string | null;
  readonly position: number;
  readonly total: number;
  /** One of so many frames is played. */
  readonly every: number;
  readonly retry: () => void;
}

interface Reel {
  readonly urls: readonly string[];
  readonly every: number;
  /** Whether the last picture is known. */
  readonly whole: boolean;
  /** Whether the server gave no answer, or the timelapse is gone. */
  readonly failed: boolean;
}

const NOTHING: Reel = { urls: [], every: 1, whole: false, failed: false };

/** Plays a stretch of a timelapse: fetches the pictures' addresses page by page, and loads them before their turn. */
export function usePlayback({ timelapse, from, to, speed, running, loop }: Options): Playback {
  const [attempt, setAttempt] = useState(0);
  const reel = useReel(timelapse, from, to, attempt);
  const [position, setPosition] = useState(0);
  const images = useRef(new Map<string, HTMLImageElement>());
  const { urls, whole } = reel;
  const current = Math.min(position, Math.max(urls.length - 1, 0));

  useEffect(() => {
    const loaded = images.current;
    const wanted = new Set(
      Array.from({ length: Math.min(AHEAD, urls.length) }, (_, step) => urls[(current + step) % urls.length]),
    );
    for (const [url, image] of loaded) {
      if (wanted.has(url)) continue;
      image.src = ""; // Ends a download that nobody waits for.
      loaded.delete(url);
    }
    for (const url of wanted) {
      if (url === undefined || loaded.has(url)) continue;
      const image = new Image();
      image.src = url;
      loaded.set(url, image);
    }
  }, [current, urls]);
  useEffect(() => {
    const loaded = images.current;
    return () => {
      for (const image of loaded.values()) image.src = "";
      loaded.clear();
    };
  }, []);

  useEffect(() => {
    if (!running || urls.length === 0) return;
    let stopped = false;
    const next = (current + 1) % urls.length;
    if (next === 0 && !(loop && whole)) return;
    const timer = setTimeout(() => {
      const show = () => {
        if (!stopped) setPosition(next);
      };
      // A picture that can't be loaded holds up nobody.
      images.current
        .get(urls[next] ?? "")
        ?.decode()
        .then(show, show);
    }, 1000 / speed);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [running, loop, speed, current, urls, whole]);

  return {
    state: stateOf(reel),
    url: urls[current] ?? null,
    position: current,
    total: whole ? urls.length : 0,
    every: reel.every,
    retry: () => {
      setAttempt(attempt + 1);
    },
  };
}

function stateOf({ urls, whole, failed }: Reel): Playback["state"] {
  if (urls.length > 0) return "ready";
  if (failed) return "failed";
  return whole ? "empty" : "loading";
}

function useReel(timelapse: string, from: number, to: number, attempt: number): Reel {
  const environment = useRelayEnvironment();
  const [reel, setReel] = useState<Reel>(NOTHING);
  useEffect(() => {
    const stretch = {
      id: timelapse,
      from: new Date(from).toISOString(),
      to: new Date(to + 1).toISOString(),
    };
    let stopped = false;
    const ask = async (
      variables: Pick<usePlaybackQuery["variables"], "first" | "after" | "every" | "count">,
    ) => {
      const answer = await fetchQuery<usePlaybackQuery>(environment, query, {
        ...stretch,
        ...variables,
      }).toPromise();
      if (stopped) return undefined;
      const found = answer?.node?.timelapse?.frames;
      if (!found) throw new Error(t`The timelapse is gone.`);
      return found;
    };
    const load = async () => {
      setReel(NOTHING);
      const counted = await ask({ first: 0, every: 1, count: true });
      if (!counted) return;
      const every = Math.max(Math.ceil((counted.totalCount ?? 0) / MOST), 1);
      const urls: string[] = [];
      let after: string | null | undefined = null;
      for (;;) {
        const page = await ask({ first: PAGE, after, every, count: false });
        if (!page) return;
        for (const { node } of page.edges) if (!node.hidden) urls.push(node.thumbnailUrl);
        const whole = !page.pageInfo.hasNextPage;
        setReel({ urls: [...urls], every, whole, failed: false });
        if (whole) return;
        after = page.pageInfo.endCursor;
      }
    };
    load().catch(() => {
      // What has come is played; the rest is fetched with the next attempt.
      if (!stopped) setReel((known) => ({ ...known, failed: true }));
    });
    return () => {
      stopped = true;
    };
  }, [environment, timelapse, from, to, attempt]);
  return reel;
}

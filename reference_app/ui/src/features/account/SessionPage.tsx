import { t } from "@lingui/core/macro";
import type { ReactNode } from "react";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Redirect } from "wouter";

import { AppFrame, type NavEntry } from "../../design/AppFrame.tsx";
import { ColourModeButton } from "../../design/ColourModeButton.tsx";
import { CameraIcon, FilmIcon, HomeIcon, PulseIcon } from "../../design/icons.tsx";
import { ConnectionBanner } from "../../shared/live/ConnectionBanner.tsx";
import { useSessionEnded } from "../../relay/session.ts";
import type { SessionPageQuery } from "./__generated__/SessionPageQuery.graphql";
import { AccountMenu } from "./AccountMenu.tsx";

const nav = (): readonly NavEntry[] => [
  { to: "/", label: t`Home`, icon: <HomeIcon /> },
  { to: "/timelapses", label: t`Timelapses`, icon: <FilmIcon /> },
  { to: "/cameras", label: t`Cameras`, icon: <CameraIcon /> },
  { to: "/operations", label: t`Operations`, icon: <PulseIcon /> },
];

interface Props {
  readonly queryRef: PreloadedQuery<SessionPageQuery>;
  readonly children: ReactNode;
}

/**
 * The frame around every page of a signed-in user. Others are redirected to the sign-in page, also when a session
 * ends meanwhile, whichever request learned it.
 */
export function SessionPage({ queryRef, children }: Props) {
  const { me, firstRun, place } = usePreloadedQuery<SessionPageQuery>(
    graphql`
      query SessionPageQuery {
        firstRun
        place
        me {
          ...AccountMenu_user
        }
      }
    `,
    queryRef,
  );
  const { pathname, search, hash } = window.location;
  const ended = useSessionEnded();
  if (firstRun && !ended) return <Redirect to="/set-up" replace />;
  if (!me || ended)
    return <Redirect to={`/sign-in?next=${encodeURIComponent(pathname + search + hash)}`} replace />;
  return (
    <AppFrame
      nav={nav()}
      place={place}
      banner={<ConnectionBanner />}
      tools={
        <>
          <ColourModeButton />
          <AccountMenu user={me} />
        </>
      }
    >
      {children}
    </AppFrame>
  );
}

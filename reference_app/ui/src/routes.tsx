import { Suspense, type ComponentType, type ReactNode } from "react";
import type { PreloadedQuery } from "react-relay";
import {
  createBrowserRouter,
  Outlet,
  ScrollRestoration,
  useLoaderData,
  useLocation,
  useRouteError,
  type RouteObject,
} from "react-router";
import type { OperationType } from "relay-runtime";

import { ErrorBoundary } from "./design/ErrorBoundary.tsx";
import { PageSkeleton } from "./design/PageSkeleton.tsx";
import sessionQuery, {
  type SessionPageQuery,
} from "./features/account/__generated__/SessionPageQuery.graphql.ts";
import { SessionPage } from "./features/account/SessionPage.tsx";
import cameraQuery, {
  type CameraPageQuery,
} from "./features/cameras/__generated__/CameraPageQuery.graphql.ts";
import camerasQuery, {
  type CamerasPageQuery,
} from "./features/cameras/__generated__/CamerasPageQuery.graphql.ts";
import homeQuery, { type HomePageQuery } from "./features/home/__generated__/HomePageQuery.graphql.ts";
import { PageProblem } from "./features/live/PageProblem.tsx";
import operationsQuery, {
  type OperationsPageQuery,
} from "./features/operations/__generated__/OperationsPageQuery.graphql.ts";
import timelapseQuery, {
  type TimelapsePageQuery,
} from "./features/timelapses/__generated__/TimelapsePageQuery.graphql.ts";
import timelapsesQuery, {
  type TimelapsesPageQuery,
} from "./features/timelapses/__generated__/TimelapsesPageQuery.graphql.ts";
import { spanOf } from "./lib/spans.ts";
import { RequestFailed } from "./relay/network.ts";
import { preload } from "./relay/preload.ts";
import { serverNow } from "./relay/serverClock.ts";

class CodeNotFetched extends RequestFailed {
  constructor() {
    super("unreachable", "This page’s code can’t be fetched.", "Check that you are online, then try again.");
  }
}

async function fetched<T>(code: Promise<T>): Promise<T> {
  try {
    return await code;
  } catch {
    throw new CodeNotFetched();
  }
}

/** The code of each page, loaded on the first visit or when the browser is idle. */
const pages = {
  signIn: () => fetched(import("./features/account/SignInPage.tsx")),
  home: () => fetched(import("./features/home/HomePage.tsx")),
  timelapses: () => fetched(import("./features/timelapses/TimelapsesPage.tsx")),
  timelapse: () => fetched(import("./features/timelapses/TimelapsePage.tsx")),
  movies: () => fetched(import("./features/movies/MovieList.tsx")),
  cameras: () => fetched(import("./features/cameras/CamerasPage.tsx")),
  camera: () => fetched(import("./features/cameras/CameraPage.tsx")),
  pair: () => fetched(import("./features/cameras/PairPage.tsx")),
  operations: () => fetched(import("./features/operations/OperationsPage.tsx")),
};

/** Loads the code of all pages, so that the first visit of each is immediate. */
export function preloadPages(): void {
  for (const load of Object.values(pages)) {
    load().catch(() => undefined); // The visit itself loads it again and reports a failure.
  }
}

/** Shown when a page's code can't be fetched. Only loading everything anew fetches it again. */
function RouteProblem() {
  const error = useRouteError();
  return (
    <PageProblem
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => {
        if (error instanceof CodeNotFetched) window.location.reload();
      }}
    />
  );
}

/** Passes a page the query that its route's loader has started. */
function withQuery<T extends OperationType>(
  Page: ComponentType<{ readonly queryRef: PreloadedQuery<T> }>,
): ComponentType {
  function Queried() {
    const queryRef = useLoaderData<PreloadedQuery<T>>();
    const { pathname } = useLocation();
    // Nearer than the router's own boundary, which can't be reset.
    return (
      <Guard place={pathname}>
        <Page queryRef={queryRef} />
      </Guard>
    );
  }
  return Queried;
}

function SignedIn() {
  const queryRef = useLoaderData<PreloadedQuery<SessionPageQuery>>();
  const { pathname } = useLocation();
  return (
    <Guard place="session">
      <ScrollRestoration />
      <SessionPage queryRef={queryRef}>
        <Guard place={pathname}>
          <Outlet />
        </Guard>
      </SessionPage>
    </Guard>
  );
}

/** Contains an error or a loading state within one part of the page. */
function Guard({ place, children }: { readonly place: string; readonly children: ReactNode }) {
  return (
    <ErrorBoundary key={place} fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
      <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
    </ErrorBoundary>
  );
}

const signedInRoutes: RouteObject[] = [
  {
    index: true,
    loader: () => preload<HomePageQuery>("home", homeQuery, {}),
    lazy: {
      Component: async () => withQuery<HomePageQuery>((await pages.home()).HomePage),
    },
  },
  {
    path: "timelapses",
    loader: () => preload<TimelapsesPageQuery>("timelapses", timelapsesQuery, {}),
    lazy: {
      Component: async () => withQuery<TimelapsesPageQuery>((await pages.timelapses()).TimelapsesPage),
    },
  },
  {
    path: "timelapses/:id",
    loader: ({ params }) => preload<TimelapsePageQuery>("timelapse", timelapseQuery, { id: params.id ?? "" }),
    lazy: {
      Component: async () => {
        const [{ TimelapsePage }, { MovieList }] = await Promise.all([pages.timelapse(), pages.movies()]);
        return withQuery<TimelapsePageQuery>((props) => <TimelapsePage {...props} Movies={MovieList} />);
      },
    },
  },
  {
    path: "cameras",
    loader: () => preload<CamerasPageQuery>("cameras", camerasQuery, {}),
    lazy: {
      Component: async () => withQuery<CamerasPageQuery>((await pages.cameras()).CamerasPage),
    },
  },
  {
    path: "cameras/:id",
    loader: ({ params }) =>
      preload<CameraPageQuery>("camera", cameraQuery, {
        id: params.id ?? "",
        ...spanOf("day", serverNow()),
      }),
    lazy: {
      Component: async () => withQuery<CameraPageQuery>((await pages.camera()).CameraPage),
    },
  },
  { path: "pair", lazy: { Component: async () => (await pages.pair()).PairPage } },
  {
    path: "operations",
    loader: () => preload<OperationsPageQuery>("operations", operationsQuery, {}),
    lazy: {
      Component: async () => withQuery<OperationsPageQuery>((await pages.operations()).OperationsPage),
    },
  },
  {
    path: "*",
    lazy: { Component: async () => (await import("./features/live/NoSuchPlace.tsx")).NoSuchPlace },
  },
];

/** Maps addresses to pages. A page's data and code load at the same time. */
export const router = createBrowserRouter([
  {
    path: "/sign-in",
    lazy: { Component: async () => (await pages.signIn()).SignInPage },
    HydrateFallback: PageSkeleton,
  },
  {
    path: "/",
    loader: () => preload<SessionPageQuery>("session", sessionQuery, {}),
    Component: SignedIn,
    HydrateFallback: PageSkeleton,
    children: [{ ErrorBoundary: RouteProblem, children: signedInRoutes }],
  },
]);

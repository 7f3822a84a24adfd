import { Suspense, useSyncExternalStore, type ComponentType, type ReactNode } from "react";
import type { PreloadedQuery } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";

import { ErrorBoundary } from "./design/ErrorBoundary.tsx";
import { PageSkeleton } from "./design/PageSkeleton.tsx";
import type { AccountPageQuery } from "./features/account/__generated__/AccountPageQuery.graphql";
import type { ChoosePasswordPageQuery } from "./features/account/__generated__/ChoosePasswordPageQuery.graphql";
import type { InvitationPageQuery } from "./features/account/__generated__/InvitationPageQuery.graphql";
import sessionQuery, {
  type SessionPageQuery,
} from "./features/account/__generated__/SessionPageQuery.graphql.ts";
import type { SetUpPageQuery } from "./features/account/__generated__/SetUpPageQuery.graphql";
import type { SignInPageQuery } from "./features/account/__generated__/SignInPageQuery.graphql";
import { SessionPage } from "./features/account/SessionPage.tsx";
import type { CameraPageQuery } from "./features/cameras/__generated__/CameraPageQuery.graphql";
import type { PairPageQuery } from "./features/cameras/__generated__/PairPageQuery.graphql";
import type { CamerasPageQuery } from "./features/cameras/__generated__/CamerasPageQuery.graphql";
import homeQuery, { type HomePageQuery } from "./features/home/__generated__/HomePageQuery.graphql.ts";
import { preloadParts } from "./shared/pages/onDemand.tsx";
import { PageProblem } from "./shared/pages/PageProblem.tsx";
import { TransitionDialogs } from "./shared/transitions/TransitionDialogs.tsx";
import { ReopenContext, type Reopen } from "./shared/pages/useReopen.ts";
import type { MoviePageQuery } from "./features/movies/__generated__/MoviePageQuery.graphql";
import type { NotificationsPageQuery } from "./features/notifications/__generated__/NotificationsPageQuery.graphql";
import type { OperationsPageQuery } from "./features/operations/__generated__/OperationsPageQuery.graphql";
import { workFilterOf } from "./features/operations/workFilter.ts";
import type { PeoplePageQuery } from "./features/people/__generated__/PeoplePageQuery.graphql";
import type { TimelapsePageQuery } from "./features/timelapses/__generated__/TimelapsePageQuery.graphql";
import type { TimelapsesPageQuery } from "./features/timelapses/__generated__/TimelapsesPageQuery.graphql";
import { spanOf } from "./lib/spans.ts";
import { fetched } from "./relay/code.ts";
import { preload } from "./relay/preload.ts";
import { serverNow } from "./relay/serverClock.ts";
import { followAddress } from "./visits/followAddress.ts";
import { Visits, type Route } from "./visits/visits.ts";

/** The code of each page, loaded on the first visit or when the browser is idle. */
const pages = {
  signIn: () => fetched(import("./features/account/SignInPage.tsx")),
  home: () => fetched(import("./features/home/HomePage.tsx")),
  timelapses: () => fetched(import("./features/timelapses/TimelapsesPage.tsx")),
  timelapse: () => fetched(import("./features/timelapses/TimelapsePage.tsx")),
  movies: () => fetched(import("./features/movies/MovieList.tsx")),
  movie: () => fetched(import("./features/movies/MoviePage.tsx")),
  cameras: () => fetched(import("./features/cameras/CamerasPage.tsx")),
  camera: () => fetched(import("./features/cameras/CameraPage.tsx")),
  people: () => fetched(import("./features/people/PeoplePage.tsx")),
  notifications: () => fetched(import("./features/notifications/NotificationsPage.tsx")),
  invitation: () => fetched(import("./features/account/InvitationPage.tsx")),
  setUp: () => fetched(import("./features/account/SetUpPage.tsx")),
  choosePassword: () => fetched(import("./features/account/ChoosePasswordPage.tsx")),
  account: () => fetched(import("./features/account/AccountPage.tsx")),
  pair: () => fetched(import("./features/cameras/PairPage.tsx")),
  operations: () => fetched(import("./features/operations/OperationsPage.tsx")),
  noSuchPlace: () => fetched(import("./shared/pages/NoSuchPlace.tsx")),
};

/** Of a page that few people open: it is loaded on the visit alone. */
const designPage = () => fetched(import("./features/design/DesignPage.tsx"));

/** The queries. Those of the session and of the first page come with the entry point. */
const queries = {
  home: () => Promise.resolve({ default: homeQuery }),
  timelapses: () => import("./features/timelapses/__generated__/TimelapsesPageQuery.graphql.ts"),
  timelapse: () => import("./features/timelapses/__generated__/TimelapsePageQuery.graphql.ts"),
  movie: () => import("./features/movies/__generated__/MoviePageQuery.graphql.ts"),
  cameras: () => import("./features/cameras/__generated__/CamerasPageQuery.graphql.ts"),
  camera: () => import("./features/cameras/__generated__/CameraPageQuery.graphql.ts"),
  pair: () => import("./features/cameras/__generated__/PairPageQuery.graphql.ts"),
  people: () => import("./features/people/__generated__/PeoplePageQuery.graphql.ts"),
  invitation: () => import("./features/account/__generated__/InvitationPageQuery.graphql.ts"),
  signIn: () => import("./features/account/__generated__/SignInPageQuery.graphql.ts"),
  setUp: () => import("./features/account/__generated__/SetUpPageQuery.graphql.ts"),
  choosePassword: () => import("./features/account/__generated__/ChoosePasswordPageQuery.graphql.ts"),
  account: () => import("./features/account/__generated__/AccountPageQuery.graphql.ts"),
  notifications: () => import("./features/notifications/__generated__/NotificationsPageQuery.graphql.ts"),
  operations: () => import("./features/operations/__generated__/OperationsPageQuery.graphql.ts"),
};

/** Starts a page's query while the page's code loads. */
async function opened<T extends OperationType>(
  place: keyof typeof queries,
  variables: T["variables"],
  code: Promise<ComponentType<{ readonly queryRef: PreloadedQuery<T> }>>,
): Promise<ReactNode> {
  const started = fetched<{ readonly default: GraphQLTaggedNode }>(queries[place]()).then((query) =>
    preload<T>(place, query.default, variables),
  );
  const [queryRef, Page] = await Promise.all([started, code]);
  return <Page queryRef={queryRef} />;
}

/** Loads the code of all pages, so that the first visit of each is immediate. */
export async function preloadPages(): Promise<void> {
  // A failure is reported by the visit itself, which loads it again.
  await Promise.allSettled(Object.values(pages).map((load) => load()));
  preloadParts();
}

const routes: readonly Route[] = [
  {
    path: "/sign-in",
    framed: false,
    open: () =>
      opened<SignInPageQuery>(
        "signIn",
        {},
        pages.signIn().then(({ SignInOrSetUpPage }) => SignInOrSetUpPage),
      ),
  },
  {
    path: "/set-up",
    framed: false,
    open: () =>
      opened<SetUpPageQuery>(
        "setUp",
        {},
        pages.setUp().then(({ SetUpPage }) => SetUpPage),
      ),
  },
  {
    path: "/invitation/:token",
    framed: false,
    open: ({ token = "" }) =>
      opened<InvitationPageQuery>(
        "invitation",
        { token },
        pages.invitation().then(({ InvitationPage }) => InvitationPage),
      ),
  },
  {
    path: "/password/:token",
    framed: false,
    open: ({ token = "" }) =>
      opened<ChoosePasswordPageQuery>(
        "choosePassword",
        { token },
        pages.choosePassword().then(({ ChoosePasswordPage }) => ChoosePasswordPage),
      ),
  },
  {
    path: "/",
    framed: true,
    open: () =>
      opened<HomePageQuery>(
        "home",
        {},
        pages.home().then(({ HomePage }) => HomePage),
      ),
  },
  {
    path: "/timelapses",
    framed: true,
    open: () =>
      opened<TimelapsesPageQuery>(
        "timelapses",
        {},
        pages.timelapses().then(({ TimelapsesPage }) => TimelapsesPage),
      ),
  },
  {
    path: "/timelapses/:id",
    framed: true,
    open: ({ id = "" }) =>
      opened<TimelapsePageQuery>(
        "timelapse",
        { id },
        Promise.all([pages.timelapse(), pages.movies()]).then(
          ([{ TimelapsePage }, { MovieList }]) =>
            ({ queryRef }) => <TimelapsePage queryRef={queryRef} Movies={MovieList} />,
        ),
      ),
  },
  {
    path: "/movies/:id",
    framed: true,
    open: ({ id = "" }) =>
      opened<MoviePageQuery>(
        "movie",
        { id },
        pages.movie().then(({ MoviePage }) => MoviePage),
      ),
  },
  {
    path: "/cameras",
    framed: true,
    open: () =>
      opened<CamerasPageQuery>(
        "cameras",
        {},
        pages.cameras().then(({ CamerasPage }) => CamerasPage),
      ),
  },
  {
    path: "/cameras/:id",
    framed: true,
    open: ({ id = "" }) =>
      opened<CameraPageQuery>(
        "camera",
        { id, ...spanOf("day", serverNow()) },
        pages.camera().then(({ CameraPage }) => CameraPage),
      ),
  },
  {
    path: "/people",
    framed: true,
    open: () =>
      opened<PeoplePageQuery>(
        "people",
        {},
        pages.people().then(({ PeoplePage }) => PeoplePage),
      ),
  },
  {
    path: "/account",
    framed: true,
    open: () =>
      opened<AccountPageQuery>(
        "account",
        {},
        pages.account().then(({ AccountPage }) => AccountPage),
      ),
  },
  {
    path: "/notifications",
    framed: true,
    open: () =>
      opened<NotificationsPageQuery>(
        "notifications",
        {},
        pages.notifications().then(({ NotificationsPage }) => NotificationsPage),
      ),
  },
  {
    path: "/pair",
    framed: true,
    open: () =>
      opened<PairPageQuery>(
        "pair",
        {},
        pages.pair().then(({ PairPage }) => PairPage),
      ),
  },
  {
    path: "/operations",
    framed: true,
    open: () =>
      opened<OperationsPageQuery>(
        "operations",
        { work: workFilterOf(window.location.search) },
        pages.operations().then(({ OperationsPage }) => OperationsPage),
      ),
  },
  {
    path: "/design",
    framed: true,
    open: async () => {
      const { DesignPage } = await designPage();
      return <DesignPage />;
    },
  },
  {
    path: "*",
    framed: true,
    open: async () => {
      const { NoSuchPlace } = await pages.noSuchPlace();
      return <NoSuchPlace />;
    },
  },
];

const visits = new Visits<PreloadedQuery<SessionPageQuery>>({
  routes,
  openFrame: () => preload<SessionPageQuery>("session", sessionQuery, {}),
  failed: (error) => <PageProblem error={error} onRetry={() => undefined} />,
});

const reopen: Reopen = {
  again: visits.again,
  anew: () => {
    window.location.reload();
  },
};

/** Opens the page of the browser's address, and of each that it goes to. */
export function startVisits(): void {
  followAddress((path) => visits.open(path));
}

/** The page of the current address. Its data and code load at the same time. */
export function CurrentPage() {
  const visit = useSyncExternalStore(visits.subscribe, visits.get);
  if (visit === null) return null;
  const page = (
    <Guard place={visit.path} waiting={visit.frame === null ? null : <PageSkeleton />}>
      <TransitionDialogs>{visit.page}</TransitionDialogs>
    </Guard>
  );
  return (
    <ReopenContext value={reopen}>
      {visit.frame === null ? (
        page
      ) : (
        <Guard place="session" waiting={null}>
          <SessionPage queryRef={visit.frame}>{page}</SessionPage>
        </Guard>
      )}
    </ReopenContext>
  );
}

interface GuardProps {
  readonly place: string;
  readonly waiting: ReactNode;
  readonly children: ReactNode;
}

/** Contains an error or a loading state within one part of the page. */
function Guard({ place, waiting, children }: GuardProps) {
  return (
    <ErrorBoundary key={place} fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </ErrorBoundary>
  );
}

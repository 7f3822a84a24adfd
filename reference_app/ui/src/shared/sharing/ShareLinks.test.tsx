import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { ShareLinksTestQuery } from "./__generated__/ShareLinksTestQuery.graphql";
import { ShareLinks } from "./ShareLinks.tsx";

const revoke = {
  name: "revoke",
  label: "Revoke",
  kind: "DANGER",
  confirm: { title: "Revoke this link?", text: "This can't be undone." },
  asks: false,
  allowed: true,
  reasons: [],
};
const bare = {
  __typename: "ShareLink",
  id: "link-1",
  state: "active",
  path: "/share/abc",
  expiresAt: null,
  hasExpired: false,
  hasPassword: false,
  offersDownload: true,
  createdBy: "editor",
  availableTransitions: [revoke],
};

const movie = (links: readonly object[]) => ({
  __typename: "Movie",
  id: "movie-1",
  shareLinks: links.map((link) => ({ ...bare, ...link })),
});

function show(...links: object[]) {
  return renderFromQuery<ShareLinksTestQuery>({
    query: graphql`
      query ShareLinksTestQuery @relay_test_operation {
        node(id: "movie-1") {
          ... on Movie {
            shareLinks {
              ...ShareLinks_links
            }
          }
        }
      }
    `,
    mocks: { Node: () => movie(links), Movie: () => movie(links) },
    children: ({ node }) =>
      node?.shareLinks ? <ShareLinks of="movie-1" links={node.shareLinks} /> : "nothing",
  }).environment;
}

async function opened(label: string, ...links: object[]) {
  const environment = show(...links);
  await userEvent.click(screen.getByRole("button", { name: label }));
  answer(environment, running(environment, "ShareLinksQuery"), {
    Node: () => movie(links),
    Movie: () => movie(links),
  });
  expect(await screen.findAllByLabelText("Link")).toHaveLength(links.length);
  return environment;
}

test("a link is shown whole, and copied", async () => {
  const user = userEvent.setup();
  await opened("Shared by a link", {});
  expect(screen.getByLabelText("Link")).toHaveValue(`${window.location.origin}/share/abc`);
  expect(screen.getByText("Works until it is revoked · made by editor")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy link" }));
  expect(await navigator.clipboard.readText()).toBe(`${window.location.origin}/share/abc`);
  expect(await screen.findByText("Link copied.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy code to embed" }));
  expect(await navigator.clipboard.readText()).toContain(`src="${window.location.origin}/share/abc/embed"`);
});

test("a link with a password can't be embedded, and an expired one can't be copied", async () => {
  await opened(
    "Shared by a link",
    { hasPassword: true, offersDownload: false },
    { id: "link-2", hasExpired: true, expiresAt: "2026-06-01T12:00:00Z" },
  );
  expect(screen.getAllByRole("button", { name: "Copy link" })).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Copy code to embed" })).toBeNull();
  expect(screen.getByText(/asks for a password · without a download/)).toBeVisible();
  expect(screen.getByText(/^Expired on 1 Jun/)).toBeVisible();
});

test("nothing is said to be shared by links that have expired", () => {
  show({ hasExpired: true }, { id: "link-2", hasExpired: true });
  expect(screen.getByRole("button")).toHaveTextContent("2 links have expired");
});

test("a revoked link goes at once", async () => {
  const environment = await opened("Shared by a link", {});
  await userEvent.click(screen.getByRole("button", { name: "Revoke" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Revoke" }));
  answer(environment, running(environment, "useTransitionMutation"), {
    TransitionPayload: () => ({
      created: null,
      deletedId: null,
      errors: [],
      object: { ...bare, state: "revoked", stateLabel: "Revoked", availableTransitions: [] },
    }),
  });
  expect(screen.queryByLabelText("Link")).toBeNull();
});

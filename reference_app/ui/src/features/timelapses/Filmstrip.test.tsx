import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { FilmstripTestQuery, FilmstripTestQuery$data } from "./__generated__/FilmstripTestQuery.graphql";
import { Filmstrip } from "./Filmstrip.tsx";

type Nodes = NonNullable<NonNullable<FilmstripTestQuery$data["node"]>["frames"]>["edges"];

function Strip({ edges }: { readonly edges: Nodes }) {
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <Filmstrip
      frames={edges.map(({ node }) => ({ ...node, id: node.id }))}
      selected={selected}
      onSelect={setSelected}
    />
  );
}

function show() {
  renderFromQuery<FilmstripTestQuery>({
    query: graphql`
      query FilmstripTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ... on Timelapse {
            frames(first: 3) {
              edges {
                node {
                  id
                  ...FilmstripFrame_frame
                }
              }
            }
          }
        }
      }
    `,
    mocks: {
      Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
      FrameConnection: () => ({
        edges: [4, 5, 6].map((sequence) => ({
          node: { id: `frame-${String(sequence)}`, sequence, thumbnailUrl: "/t.jpg", hidden: null },
        })),
      }),
    },
    children: ({ node }) => <Strip edges={node?.frames?.edges ?? []} />,
  });
}

const button = (name: string) => screen.getByRole("button", { name });

test("a click chooses a frame, which is then marked", async () => {
  show();
  await userEvent.click(button("Frame 5"));
  expect(button("Frame 5")).toHaveAttribute("aria-current", "true");
  expect(button("Frame 6")).not.toHaveAttribute("aria-current");
});

test("is one tab stop, and the arrow keys move through it", async () => {
  show();
  await userEvent.tab();
  expect(button("Frame 6")).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(button("Frame 5")).toHaveFocus();
  await userEvent.keyboard("{Home}{ArrowLeft}");
  expect(button("Frame 4")).toHaveFocus();
  await userEvent.keyboard("{End}{ArrowRight}");
  expect(button("Frame 6")).toHaveFocus();
  await userEvent.tab();
  expect(document.body).toHaveFocus();
});

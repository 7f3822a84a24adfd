import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { commitLocalUpdate, ConnectionHandler } from "relay-runtime";
import type { MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import { insertOnce } from "../../relay/edges.ts";
import type { FilmstripTestQuery } from "./__generated__/FilmstripTestQuery.graphql";
import { Filmstrip } from "./Filmstrip.tsx";

function show(): MockEnvironment {
  const { environment } = renderFromQuery<FilmstripTestQuery>({
    query: graphql`
      query FilmstripTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ...Filmstrip_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: {
      Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
      Frame: () => ({ __typename: "Frame", id: "frame-1", sequence: 4, capturedAt: "2026-11-23T14:00:04Z" }),
    },
    children: ({ node }) => (node?.timelapse ? <Filmstrip timelapse={node.timelapse} /> : "nothing"),
  });
  // jsdom has no layout, so the strip gets a size here.
  Object.defineProperties(screen.getByTestId("filmstrip"), {
    scrollWidth: { value: 1000, configurable: true },
    clientWidth: { value: 300, configurable: true },
  });
  return environment;
}

const strip = () => screen.getAllByTestId("filmstrip-frame").map((frame) => frame.dataset.sequence);

function arrive(environment: MockEnvironment, sequence: number): void {
  act(() => {
    commitLocalUpdate(environment, (store) => {
      const timelapse = store.get("timelapse-1");
      const list = timelapse && ConnectionHandler.getConnection(timelapse, "Filmstrip_frames");
      if (!list) throw new Error("the strip has no connection");
      const id = `frame-${String(sequence)}`;
      const frame = store.create(id, "Frame").setValue(id, "id");
      frame.setValue(`2026-11-23T14:00:${String(sequence).padStart(2, "0")}Z`, "capturedAt");
      frame.setValue(sequence, "sequence").setValue("/t.jpg", "thumbnailUrl").setValue("/f.jpg", "imageUrl");
      insertOnce(store, list, frame, { at: "end", edgeType: "FrameEdge", keep: 40 });
    });
  });
}

test("follows the newest frame", () => {
  const environment = show();
  arrive(environment, 5);
  expect(screen.getByTestId("filmstrip").scrollLeft).toBe(1000);
  expect(screen.getByRole("link", { name: "Frame 5" })).toHaveAttribute("href", "/f.jpg");
});

test("stays where a person has scrolled to", () => {
  const environment = show();
  const list = screen.getByTestId("filmstrip");
  list.scrollLeft = 100;
  fireEvent.scroll(list);
  arrive(environment, 5);
  expect(list.scrollLeft).toBe(100);
});

test("sorts a late frame by its capture time", () => {
  const environment = show();
  arrive(environment, 5);
  arrive(environment, 2);
  expect(strip()).toEqual(["2", "4", "5"]);
});

test("is one tab stop, and the arrow keys move through it", async () => {
  const environment = show();
  arrive(environment, 5);
  arrive(environment, 6);
  const link = (name: string) => screen.getByRole("link", { name });
  await userEvent.tab();
  expect(link("Frame 6")).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(link("Frame 5")).toHaveFocus();
  await userEvent.keyboard("{Home}{ArrowLeft}");
  expect(link("Frame 4")).toHaveFocus();
  await userEvent.keyboard("{End}{ArrowRight}");
  expect(link("Frame 6")).toHaveFocus();
  await userEvent.tab();
  expect(document.body).toHaveFocus();
});

import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql, useLazyLoadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { afterEach, expect, test, vi } from "vitest";

import { allRunning, renderWithRelay } from "../../../test/renderWithRelay.tsx";
import type { FocusPanelTestQuery } from "./__generated__/FocusPanelTestQuery.graphql";
import { FocusPanel } from "./FocusPanel.tsx";

afterEach(() => {
  vi.useRealTimers();
});

function Shown({ onClose }: { readonly onClose: () => void }) {
  const { node } = useLazyLoadQuery<FocusPanelTestQuery>(
    graphql`
      query FocusPanelTestQuery {
        node(id: "camera-1") {
          ...FocusPanel_camera @alias(as: "camera")
        }
      }
    `,
    {},
  );
  return node?.camera ? <FocusPanel camera={node.camera} onClose={onClose} /> : null;
}

function show(focusAid: object, onClose = vi.fn()) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Node: () => ({ __typename: "Camera", id: "camera-1" }),
      Camera: () => ({
        id: "camera-1",
        name: "Roof",
        focusAid: { state: "on", message: "", pictures: [], ...focusAid },
      }),
    }),
  );
  renderWithRelay(<Shown onClose={onClose} />, environment);
  return { environment, onClose };
}

const picture = (number: number, sharpness: number, age = 0) => ({
  id: `focus-${String(number)}`,
  imageUrl: `/p/${String(number)}.jpg`,
  capturedAt: new Date(Date.now() - age).toISOString(),
  receivedAt: new Date(Date.now() - age).toISOString(),
  sharpness,
});

test("shows the newest picture with its sharpness, and how it compares", () => {
  show({ pictures: [picture(2, 0.31), picture(1, 0.42)] });
  expect(screen.getByTestId("focus-picture")).toHaveAttribute("src", "/p/2.jpg");
  expect(screen.getByTestId("sharpness")).toHaveTextContent("31");
  expect(screen.getByTestId("sharpness")).toHaveTextContent("Less sharp");
});

test("leaves out the pictures of an earlier time", () => {
  show({ pictures: [picture(1, 0.42, 60_000)] });
  expect(screen.getByText("Waiting for the camera")).toBeVisible();
  expect(screen.queryByTestId("sharpness")).toBeNull();
});

test("says why no picture comes", () => {
  show({ state: "failed", message: "The camera is away." });
  expect(screen.getByRole("alert")).toHaveTextContent("The camera is away.");
});

test("asks for pictures while it is open, and asks back after five minutes", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { environment, onClose } = show({});
  const asked = () => allRunning(environment, "useTransitionMutation").length;
  expect(asked()).toBe(1);
  act(() => {
    vi.advanceTimersByTime(20_000);
  });
  expect(asked()).toBe(3);
  act(() => {
    vi.advanceTimersByTime(400_000);
  });
  const all = asked();
  expect(all).toBe(30);
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(asked()).toBe(all + 1);
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(onClose).toHaveBeenCalledOnce();
});

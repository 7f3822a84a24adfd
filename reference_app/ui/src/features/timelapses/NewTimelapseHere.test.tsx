import { screen, waitForElementToBeRemoved } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { expect, test } from "vitest";

import { answer, answerQuestions, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { NewTimelapseHere } from "./NewTimelapseHere.tsx";

const NINE = Date.parse("2026-11-23T08:00:00.700Z");
const offer = {
  name: "create_timelapse",
  kind: "NORMAL",
  label: "New timelapse",
  allowed: true,
  reasons: [] as readonly object[],
  confirm: null,
  asks: true,
};

function show(to: number, offered: object = offer) {
  const { environment } = renderWithRelay(
    <Suspense fallback="loading">
      <NewTimelapseHere camera="camera-1" zone="Europe/Zurich" stretch={{ from: NINE, to }} />
    </Suspense>,
  );
  answer(environment, running(environment, "NewTimelapseHereQuery"), {
    Node: () => ({ __typename: "Camera", id: "camera-1" }),
    Camera: () => ({ availableTransition: offered, availableTransitions: [offered] }),
  });
  return environment;
}

function valueOf(input: HTMLElement): string {
  return (input as HTMLInputElement).value;
}

async function formOf(environment: ReturnType<typeof show>) {
  await userEvent.click(await screen.findByRole("button", { name: "New timelapse…" }));
  answerQuestions(environment, [
    { name: "name", kind: "TEXT", label: "Name", default: "" },
    { name: "starts_at", kind: "DATE_TIME", label: "From", optional: true },
    { name: "ends_at", kind: "DATE_TIME", label: "To", optional: true },
  ]);
  await screen.findByRole("dialog", { name: "New timelapse" });
}

test("a new timelapse begins at the frame, by the clock of its place, and has no end", async () => {
  await formOf(show(NINE));
  expect(valueOf(await screen.findByLabelText("From"))).toMatch(/^2026-11-23T09:00/);
  expect(screen.getByLabelText("To")).toHaveValue("");
});

test("a part with two ends gives it both, and the last frame is in it", async () => {
  await formOf(show(NINE + 3_600_000));
  expect(valueOf(await screen.findByLabelText("From"))).toMatch(/^2026-11-23T09:00/);
  expect(valueOf(screen.getByLabelText("To"))).toMatch(/^2026-11-23T10:00:01/);
});

test("who may create none isn't offered one", async () => {
  show(NINE, { ...offer, allowed: false, reasons: [{ code: "permission", message: "", remedy: "" }] });
  await waitForElementToBeRemoved(() => screen.queryByText("loading"));
  expect(screen.queryByRole("button")).toBeNull();
});

import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { ErrorBoundary } from "./ErrorBoundary.tsx";

test("shows the fallback until it is reset", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  let broken = true;
  function Fragile() {
    if (broken) throw new Error("it broke");
    return <p>whole</p>;
  }
  render(
    <ErrorBoundary fallback={(error, reset) => <button onClick={reset}>{error.message}</button>}>
      <Fragile />
    </ErrorBoundary>,
  );
  broken = false;
  fireEvent.click(screen.getByRole("button", { name: "it broke" }));
  expect(screen.getByText("whole")).toBeVisible();
  expect(log).toHaveBeenCalled();
});

import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { PairPage } from "./PairPage.tsx";

const NAME = "useApproveCameraMutation";

test("reads the code from the address and approves it with the given name", async () => {
  const { environment } = renderWithRelay(<PairPage />, undefined, "/?code=abcd-efgh");
  expect(screen.getByLabelText("Code")).toHaveValue("abcd-efgh");
  await userEvent.type(screen.getByLabelText("Name"), " Roof ");
  await userEvent.click(screen.getByRole("button", { name: "Approve camera" }));
  const operation = running(environment, NAME);
  expect(operation.request.variables).toEqual({ input: { userCode: "ABCD-EFGH", name: "Roof" } });
  answer(environment, operation, {
    ApproveCameraPayload: () => ({ errors: [] }),
    Camera: () => ({ name: "Roof" }),
  });
  expect(await screen.findByTestId("paired")).toHaveTextContent("Roof is paired.");
});

test("shows what is wrong with a code and keeps it for correction", async () => {
  const { environment } = renderWithRelay(<PairPage />);
  await userEvent.type(screen.getByLabelText("Code"), "WXYZ-1234");
  await userEvent.click(screen.getByRole("button", { name: "Approve camera" }));
  answer(environment, running(environment, NAME), {
    ApproveCameraPayload: () => ({
      camera: null,
      errors: [{ message: "No camera shows this code.", remedy: "Look again." }],
    }),
  });
  expect(await screen.findByText("No camera shows this code.")).toBeVisible();
  expect(screen.getByLabelText("Code")).toHaveValue("WXYZ-1234");
});

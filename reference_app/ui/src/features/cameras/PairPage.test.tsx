import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { PairPageQuery } from "./__generated__/PairPageQuery.graphql";
import query from "./__generated__/PairPageQuery.graphql.ts";
import { PairPage } from "./PairPage.tsx";

const NAME = "useApproveCameraMutation";
const LOOKUP = "usePairingRequestQuery";

function show(address?: string, blockers: readonly object[] = []) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Query: () => ({ blockers }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<PairPageQuery>(environment, query, {});
  return renderWithRelay(<PairPage queryRef={queryRef} />, environment, address);
}

test("says why to who may not approve a camera, in place of the form", () => {
  show(undefined, [{ code: "permission", message: "You may not do this.", remedy: "Ask an operator." }]);
  expect(screen.getByText("You may not do this.")).toBeVisible();
  expect(screen.queryByLabelText("Code")).toBeNull();
});

test("shows what is let in before it is approved", async () => {
  const { environment } = show();
  await userEvent.type(screen.getByLabelText("Code"), "abcd-efgh");
  const operation = running(environment, LOOKUP);
  expect(operation.request.variables).toEqual({ userCode: "ABCDEFGH" });
  expect(screen.getByRole("button", { name: /Approve camera/ })).toBeDisabled();
  answer(environment, operation, {
    PairingRequest: () => ({ name: "Pi", driver: "gphoto2", model: "EOS", agent: "", address: "192.0.2.7" }),
    Camera: () => ({ name: "Roof", state: "revoked", revokedAt: "2026-11-01T12:00:00Z", revokedBy: "admin" }),
  });
  const shown = await screen.findByTestId("pairing-request");
  expect(shown).toHaveTextContent("Pi, DSLR or mirrorless camera (gphoto2), EOS, at 192.0.2.7.");
  expect(shown).toHaveTextContent(/Roof was revoked by admin on 1 Nov.* Approving lets it in again\./);
  expect(screen.getByRole("button", { name: "Approve camera" })).toBeEnabled();
});

test("gives the command that makes a camera show its code, and copies it", async () => {
  const user = userEvent.setup();
  show();
  const command = screen.getByLabelText("On the camera’s machine, run");
  expect(command).toHaveValue(`camera-agent pair ${window.location.origin}`);
  expect(command).toHaveAccessibleDescription(/is this machine\. On another one, write the address/);
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(await navigator.clipboard.readText()).toBe(`camera-agent pair ${window.location.origin}`);
  expect(await screen.findByText("Command copied.")).toBeVisible();
});

test("shows no command to who comes with a code", () => {
  show("/?code=abcd-efgh");
  expect(screen.queryByLabelText("On the camera’s machine, run")).toBeNull();
});

test("says at once that nobody shows a code", async () => {
  const { environment } = show("/?code=abcd-efgh");
  answer(environment, running(environment, LOOKUP), { Query: () => ({ pairingRequest: null }) });
  expect(await screen.findByText("No camera shows this code now.")).toBeVisible();
});

test("reads the code from the address and approves it with the given name", async () => {
  const { environment } = show("/?code=abcd-efgh");
  expect(screen.getByLabelText("Code")).toHaveValue("abcd-efgh");
  answer(environment, running(environment, LOOKUP), { PairingRequest: () => ({ camera: null }) });
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
  const { environment } = show();
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

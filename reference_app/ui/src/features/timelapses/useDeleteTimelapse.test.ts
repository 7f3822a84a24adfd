import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type Variables,
} from "relay-runtime";
import { expect, test } from "vitest";

import remove from "./__generated__/useDeleteTimelapseMutation.graphql.ts";
import estimate from "./__generated__/useRenderEstimateQuery.graphql.ts";
import { Deletions } from "../../relay/deletions.ts";

const deleted = { deleteTimelapse: { deletedTimelapseId: "t1", timelapse: null, errors: [] } };
const found = { node: { __typename: "Timelapse", id: "t1", renderEstimate: null } };

/** An environment whose requests are answered by hand. */
function page() {
  const deletions = new Deletions();
  const answers: ((data: object) => void)[] = [];
  const environment: Environment = new Environment({
    network: Network.create(
      deletions.around(
        () =>
          new Promise<GraphQLResponse>((resolve) => {
            answers.push((data) => {
              resolve({ data });
            });
          }),
        () => environment,
      ),
    ),
    handlerProvider: deletions.handlerProvider,
    store: new Store(new RecordSource()),
  });
  const variables = { timelapse: "t1", fps: 24 };
  environment.retain(createOperationDescriptor(estimate, variables));
  const send = (document: unknown, given: Variables) => {
    const done = fetchQuery(environment, document as ConcreteRequest, given).toPromise();
    return async (data: object) => {
      answers.shift()?.(data);
      await done;
    };
  };
  return {
    ask: () => send(estimate, variables),
    remove: async () => {
      const done = new Promise<void>((resolve, reject) => {
        environment
          .executeMutation({
            operation: createOperationDescriptor(remove, { input: { timelapse: "t1" } }),
          })
          .subscribe({ complete: resolve, error: reject });
      });
      answers.pop()?.(deleted);
      await done;
    },
    has: () => environment.getStore().getSource().getStatus("t1") === "EXISTENT",
  };
}

test("an answer that was on its way does not bring back what was deleted", async () => {
  const { ask, remove, has } = page();
  const first = ask();
  await first(found);
  expect(has()).toBe(true);
  const late = ask();
  await remove();
  expect(has()).toBe(false);
  await late(found);
  expect(has()).toBe(false);
});

test("an answer to a later request does: the object may be back", async () => {
  const { ask, remove, has } = page();
  await ask()(found);
  await remove();
  await ask()(found);
  expect(has()).toBe(true);
});

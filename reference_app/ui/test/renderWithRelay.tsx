import { act, render, type RenderResult } from "@testing-library/react";
import { Suspense, type ReactNode } from "react";
import { RelayEnvironmentProvider, useLazyLoadQuery } from "react-relay";
import {
  commitLocalUpdate,
  type GraphQLTaggedNode,
  type OperationDescriptor,
  type OperationType,
} from "relay-runtime";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { Router, useLocation } from "wouter";
import { memoryLocation } from "wouter/memory-location";

import { TransitionDialogs } from "../src/shared/transitions/TransitionDialogs.tsx";
import { Toaster } from "../src/design/Toaster.tsx";

type MockResolvers = MockPayloadGenerator.MockResolvers;

/** The rendered page, with the environment that a test uses and the addresses that were visited. */
interface Rendered extends RenderResult {
  readonly environment: MockEnvironment;
  readonly visited: readonly string[];
}

/** Renders with a mock Relay environment, at the address `at`, and the snackbar. */
export function renderWithRelay(
  children: ReactNode,
  environment: MockEnvironment = createMockEnvironment(),
  at = "/",
): Rendered {
  const { hook, history: visited } = memoryLocation({ path: at, record: true });
  const result = render(
    <RelayEnvironmentProvider environment={environment}>
      <Toaster>
        <Router hook={hook}>
          <OnlyHere>
            <TransitionDialogs>{children}</TransitionDialogs>
          </OnlyHere>
        </Router>
      </Toaster>
    </RelayEnvironmentProvider>,
  );
  return { ...result, environment, visited };
}

function OnlyHere({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  return path === "/" ? children : <p>elsewhere</p>;
}

interface FromQuery<T extends OperationType> {
  readonly query: GraphQLTaggedNode;
  readonly variables?: T["variables"];
  readonly mocks: MockResolvers;
  readonly children: (data: T["response"]) => ReactNode;
}

/** Renders what `children` returns for a query's mocked response. */
export function renderFromQuery<T extends OperationType>({
  query,
  variables = {},
  mocks,
  children,
}: FromQuery<T>): Rendered {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) => MockPayloadGenerator.generate(operation, mocks));
  function FromQueryComponent() {
    return children(useLazyLoadQuery<T>(query, variables));
  }
  return renderWithRelay(
    <Suspense fallback="loading">
      <FromQueryComponent />
    </Suspense>,
    environment,
  );
}

/** The pending operation of this name. */
export function running(environment: MockEnvironment, name: string): OperationDescriptor {
  return environment.mock.findOperation((operation) => operation.request.node.params.name === name);
}

/** All pending operations of this name. */
export function allRunning(environment: MockEnvironment, name: string): OperationDescriptor[] {
  return environment.mock
    .getAllOperations()
    .filter((operation) => operation.request.node.params.name === name);
}

/** Sends one message of a subscription. */
export function send(
  environment: MockEnvironment,
  operation: OperationDescriptor,
  mocks: MockResolvers,
): void {
  act(() => {
    environment.mock.nextValue(operation, MockPayloadGenerator.generate(operation, mocks));
  });
}

/** Answers an operation. */
export function answer(
  environment: MockEnvironment,
  operation: OperationDescriptor,
  mocks: MockResolvers,
): void {
  act(() => {
    environment.mock.resolve(operation, MockPayloadGenerator.generate(operation, mocks));
  });
}

const FIELD = {
  kind: "TEXT",
  default: null,
  unit: "",
  optional: false,
  multiline: false,
  group: "",
  choices: [],
  help: "",
};

/** Answers what a transition asks for, which is fetched once somebody is about to choose it. */
export function answerQuestions(environment: MockEnvironment, fields: readonly object[]): void {
  const asked = running(environment, "useQuestionsQuery");
  const id = String(asked.request.variables.id);
  let type: string | undefined;
  commitLocalUpdate(environment, (store) => {
    type = store.get(id)?.getType();
  });
  const availableTransition = { input: fields.map((field) => ({ ...FIELD, ...field })) };
  act(() => {
    environment.mock.resolve(asked, {
      data: { node: { __typename: type, __isStateful: type, id, availableTransition } },
    });
  });
}

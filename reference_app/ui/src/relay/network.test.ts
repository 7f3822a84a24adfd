import { readFileSync } from "node:fs";

import { afterEach, expect, test, vi } from "vitest";
import type { CacheConfig, RequestParameters } from "relay-runtime";

import { fetchGraphQL, KINDS, RequestFailed } from "./network.ts";
import { serverNow } from "./serverClock.ts";
import { session } from "./session.ts";

const request: RequestParameters = {
  id: null,
  text: "query Q { me { id } }",
  name: "Q",
  operationKind: "query",
  metadata: {},
  cacheID: "q",
};
const cache: CacheConfig = {};

afterEach(() => {
  vi.unstubAllGlobals();
});

function stub(response: Response | Error) {
  const fetch = vi.fn(() =>
    response instanceof Error ? Promise.reject(response) : Promise.resolve(response),
  );
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

test("sends the operation with Django's token", async () => {
  document.cookie = "csrftoken=secret";
  const fetch = stub(Response.json({ data: { me: null } }));
  expect(await fetchGraphQL(request, { a: 1 }, cache)).toEqual({ data: { me: null } });
  const [url, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(url).toBe("/graphql");
  expect(init.headers).toMatchObject({
    "X-CSRFToken": "secret",
    "Accept-Language": "en",
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/) as string,
  });
  expect(JSON.parse(init.body as string)).toEqual({
    query: request.text,
    operationName: "Q",
    variables: { a: 1 },
  });
});

test("names the operation of a built page by its hash", async () => {
  const fetch = stub(Response.json({ data: { me: null } }));
  await fetchGraphQL({ ...request, id: "abc", text: null }, {}, cache);
  const [, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(JSON.parse(init.body as string)).toEqual({
    query: "",
    extensions: { persistedQuery: { version: 1, sha256Hash: "abc" } },
    operationName: "Q",
    variables: {},
  });
});

test.each([
  [new TypeError("failed to fetch"), /can't be reached/],
  [new Response("<h1>Forbidden</h1>", { status: 403 }), /security token/],
  [new Response("<h1>Bad gateway</h1>", { status: 502 }), /answered 502/],
  [Response.json({ error: { code: "too_large" } }, { status: 413 }), /answered 413/],
])("reports what is wrong when the server returns no data (%#)", async (response, message) => {
  stub(response);
  const failure = await Promise.resolve(fetchGraphQL(request, {}, cache)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RequestFailed);
  expect((failure as RequestFailed).message).toMatch(message);
  expect((failure as RequestFailed).remedy).not.toBe("");
});

test("learns the server's clock from the responses", async () => {
  const ahead = Date.now() + 3_600_000;
  stub(Response.json({ data: {} }, { headers: { Date: new Date(ahead).toUTCString() } }));
  await fetchGraphQL(request, {}, cache);
  expect(Math.abs(serverNow() - ahead)).toBeLessThan(2500);
});

async function failureOf(answer: object): Promise<unknown> {
  stub(Response.json(answer));
  return Promise.resolve(fetchGraphQL(request, {}, cache)).catch((error: unknown) => error);
}

test.each(["ABSENT", "SIGNED_OUT", "REFUSED", "FAILED"])(
  "an answer with an error is none, but %s",
  async (kind) => {
    const errors = [{ message: "No.", extensions: { code: "x", kind } }];
    const failure = { name: "RequestFailed", code: kind.toLowerCase(), message: "No." };
    expect(await failureOf({ data: null, errors })).toMatchObject(failure);
    expect(await failureOf({ data: { node: null }, errors })).toMatchObject(failure);
  },
);

test("of several errors the one that explains the others counts", async () => {
  const errors = ["ABSENT", "FAILED", "SIGNED_OUT", "REFUSED"].map((kind) => ({
    message: kind,
    extensions: { kind },
  }));
  expect(await failureOf({ data: {}, errors })).toMatchObject({ code: "signed_out" });
  expect(await failureOf({ data: {}, errors: [{ message: "What?" }] })).toMatchObject({ code: "failed" });
});

test("knows the kinds of errors that the server's schema has", () => {
  const schema = readFileSync("../schema.graphql", "utf8");
  const [, body = ""] = /enum ErrorKind \{([^}]*)\}/.exec(schema) ?? [];
  expect(
    body
      .match(/^ {2}[A-Z_]+$/gm)
      ?.map((kind) => kind.trim())
      .sort(),
  ).toEqual([...KINDS].sort());
});

test("a session ends with the answer that nobody is signed in, unless somebody has signed in meanwhile", async () => {
  const errors = [{ message: "Sign in.", extensions: { kind: "SIGNED_OUT" } }];
  session.begin();
  await failureOf({ data: { node: null }, errors });
  expect(session.hasEnded()).toBe(true);
  session.begin();
  stub(Response.json({ data: null, errors }));
  const late = Promise.resolve(fetchGraphQL(request, {}, cache)).catch(() => null);
  session.begin();
  await late;
  expect(session.hasEnded()).toBe(false);
});

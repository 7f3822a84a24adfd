import { afterEach, expect, test, vi } from "vitest";
import type { CacheConfig, RequestParameters } from "relay-runtime";

import { fetchGraphQL, RequestFailed } from "./network.ts";
import { serverNow } from "./serverClock.ts";

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
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/) as string,
  });
  expect(JSON.parse(init.body as string)).toEqual({
    query: request.text,
    operationName: "Q",
    variables: { a: 1 },
  });
});

test.each([
  [new TypeError("failed to fetch"), /can't be reached/],
  [new Response("<h1>Forbidden</h1>", { status: 403 }), /security token/],
  [new Response("<h1>Bad gateway</h1>", { status: 502 }), /answered 502/],
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

test.each([
  ["signed_out", "signed_out"],
  ["not_found", "refused"],
])("recognises an answer without data by its code %s", async (sent, code) => {
  stub(Response.json({ data: null, errors: [{ message: "No.", extensions: { code: sent } }] }));
  const failure = await Promise.resolve(fetchGraphQL(request, {}, cache)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "RequestFailed", code, message: "No." });
});

test("returns partial data despite an error", async () => {
  const answer = { data: { node: null }, errors: [{ message: "No such id." }] };
  stub(Response.json(answer));
  expect(await fetchGraphQL(request, {}, cache)).toEqual(answer);
});

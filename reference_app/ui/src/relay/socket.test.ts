import {
  Observable as RelayObservable,
  type GraphQLResponse,
  type Observer,
  type Subscribable,
  type Subscription,
} from "relay-runtime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ConnectionStore } from "./connection.ts";
import { createSocket, retryDelay, subscribeOver } from "./socket.ts";

/** A fake of the browser's WebSocket. The test plays the server. */
class FakeWebSocket {
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static all: FakeWebSocket[] = [];

  readonly readyState = FakeWebSocket.OPEN;
  readonly sent: { readonly id?: string; readonly type: string; readonly payload?: unknown }[] = [];
  accepts = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;

  constructor(readonly url: string) {
    FakeWebSocket.all.push(this);
  }

  send(message: string): void {
    const sent = JSON.parse(message) as { type: string };
    this.sent.push(sent);
    if (sent.type === "connection_init" && this.accepts) {
      queueMicrotask(() => {
        this.receive({ type: "connection_ack" });
      });
    }
  }

  close(code = 1000, reason = ""): void {
    this.onclose?.({ code, reason, wasClean: code === 1000 });
  }

  /** Opens it, and acknowledges the first message, as a server does. */
  accept(): void {
    this.accepts = true;
    this.onopen?.();
  }

  pong(): void {
    this.receive({ type: "pong" });
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const SIGNED_OUT = { message: "You are not signed in.", extensions: { kind: "SIGNED_OUT" } };

let store: ConnectionStore;
const newest = () => FakeWebSocket.all.at(-1) ?? expect.fail("no socket was opened");
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  FakeWebSocket.all = [];
  vi.stubGlobal("WebSocket", FakeWebSocket);
  store = new ConnectionStore();
});
afterEach(() => {
  vi.useRealTimers();
});

async function subscribe(): Promise<() => void> {
  const nothing = () => undefined;
  const stop = createSocket(store).subscribe(
    { query: "subscription S { s }" },
    { next: nothing, error: nothing, complete: nothing },
  );
  await pass(0);
  return stop;
}

test("names the language of the page", async () => {
  await subscribe();
  newest().accept();
  await pass(0);
  expect(newest().sent[0]).toEqual({ type: "connection_init", payload: { language: "en" } });
});

test("opens with the first subscription and closes after the last", async () => {
  expect(store.get()).toEqual({ kind: "idle" });
  const stop = await subscribe();
  expect(store.get()).toEqual({ kind: "connecting", attempt: 0 });
  expect(newest().url).toMatch(/^ws:.*\/graphql$/);
  newest().accept();
  await pass(0);
  expect(store.get()).toEqual({ kind: "open", restored: false });
  stop();
  await pass(3000);
  expect(store.get()).toEqual({ kind: "idle" });
});

async function follow(observer: Observer<GraphQLResponse> = {}): Promise<Subscription> {
  const request = {
    id: null,
    text: "subscription S { s }",
    name: "S",
    operationKind: "subscription",
    metadata: {},
    cacheID: "s",
  } as const;
  const subscription = RelayObservable.from(
    subscribeOver(createSocket(store))(request, {}, {}) as Subscribable<GraphQLResponse>,
  ).subscribe(observer);
  await pass(0);
  newest().accept();
  await pass(0);
  return subscription;
}

test("an operation carries the trace of the click that caused it", async () => {
  const subscription = await follow();
  expect(newest().sent.at(-1)).toMatchObject({
    type: "subscribe",
    payload: {
      operationName: "S",
      extensions: { traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string },
    },
  });
  subscription.unsubscribe();
});

test("an answer without data fails the operation, with the state of the session", async () => {
  const error = vi.fn();
  await follow({ error });
  const { id } = newest().sent.at(-1) ?? expect.fail("nothing was sent");
  newest().receive({ id, type: "next", payload: { data: null, errors: [SIGNED_OUT] } });
  await pass(0);
  expect(error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ name: "RequestFailed", code: "signed_out", message: SIGNED_OUT.message }),
  );
  expect(store.get()).toEqual({ kind: "idle" }); // the next user who signs in gets a new connection
});

test("a lost connection is retried with growing delays until it is restored, and then subscribes again", async () => {
  await subscribe();
  newest().accept();
  await pass(0);
  newest().close(1006);
  await pass(0);
  expect(store.get()).toMatchObject({ kind: "waiting", attempt: 1 });
  await pass(retryDelay(1, 1));
  expect(store.get()).toEqual({ kind: "connecting", attempt: 1 });
  newest().close(1006);
  await pass(0);
  expect(store.get()).toMatchObject({ kind: "waiting", attempt: 2 });
  await pass(retryDelay(2, 1));
  newest().accept();
  await pass(0);
  expect(store.get()).toEqual({ kind: "open", restored: true });
  expect(FakeWebSocket.all).toHaveLength(3);
  expect(newest().sent.map((message) => message.type)).toContain("subscribe");
});

test("a connection that does not answer a ping is closed and reopened", async () => {
  await subscribe();
  newest().accept();
  await pass(0);
  await pass(10_000);
  newest().pong();
  await pass(10_000);
  expect(store.get()).toMatchObject({ kind: "open" });
  await pass(5000);
  expect(store.get()).toMatchObject({ kind: "waiting", attempt: 1 });
});

test("heeds at once that the browser is offline, and that it is online again", async () => {
  await subscribe();
  newest().accept();
  await pass(0);
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  window.dispatchEvent(new Event("offline"));
  await pass(0);
  expect(store.get()).toEqual({ kind: "offline" });
  window.dispatchEvent(new Event("online"));
  await pass(0);
  newest().accept();
  await pass(0);
  expect(store.get()).toEqual({ kind: "open", restored: true });
});

test("a page that is left while it waits leaves no countdown behind", async () => {
  const stop = await subscribe();
  newest().accept();
  await pass(0);
  newest().close(1006);
  await pass(0);
  stop();
  await pass(retryDelay(1, 1));
  expect(store.get()).toEqual({ kind: "idle" });
});

test("keeps the time of the last message", async () => {
  await subscribe();
  newest().accept();
  await pass(0);
  const at = store.lastMessageAt();
  expect(at).toBe(Date.now());
  await pass(10_000);
  expect(store.lastMessageAt()).toBe(at);
  newest().pong();
  expect(store.lastMessageAt()).toBe(Date.now());
});

test.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [4, 8000],
  [5, 15_000],
  [50, 15_000],
])("attempt %d waits %d ms at least", (attempt, delay) => {
  expect(retryDelay(attempt, 0)).toBe(delay);
});

test("jitter spreads the attempts of many pages by a quarter", () => {
  expect(retryDelay(1, 1)).toBe(1250);
});

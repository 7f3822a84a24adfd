import { expect, test, vi } from "vitest";

import { Visits } from "./visits.ts";

function visits(open = (name: string) => Promise.resolve(name)) {
  let frames = 0;
  return new Visits({
    routes: [
      { path: "/sign-in", framed: false, open: () => open("sign-in") },
      { path: "/cameras/:id", framed: true, open: ({ id }) => open(`camera ${id ?? ""}`) },
      { path: "*", framed: true, open: () => open("nothing") },
    ],
    openFrame: () => ++frames,
    failed: (error) => error.message,
  });
}

test("a page opens in its frame, which stays for the next page", async () => {
  const shown = visits();
  await shown.open("/cameras/7");
  expect(shown.get()).toEqual({ path: "/cameras/7", frame: 1, page: "camera 7" });
  await shown.open("/elsewhere");
  expect(shown.get()).toEqual({ path: "/elsewhere", frame: 1, page: "nothing" });
  await shown.open("/sign-in");
  expect(shown.get()).toEqual({ path: "/sign-in", frame: null, page: "sign-in" });
  await shown.open("/cameras/7");
  expect(shown.get()?.frame).toBe(2);
});

test("opening it again fetches the frame's data, too", async () => {
  const shown = visits();
  await shown.again();
  expect(shown.get()).toBeNull();
  await shown.open("/cameras/7");
  await shown.again();
  expect(shown.get()).toEqual({ path: "/cameras/7", frame: 2, page: "camera 7" });
});

test("the page before stays until the next is there, and the latest that was asked for wins", async () => {
  const waiting = new Map<string, (page: string) => void>();
  const shown = visits((name) => new Promise((resolve) => waiting.set(name, resolve)));
  const listener = vi.fn();
  shown.subscribe(listener);
  const slow = shown.open("/cameras/1");
  const quick = shown.open("/cameras/2");
  waiting.get("camera 2")?.("two");
  await quick;
  waiting.get("camera 1")?.("one");
  await slow;
  expect(shown.get()?.page).toBe("two");
  expect(listener).toHaveBeenCalledTimes(1);
});

test("a page that can't be opened says why", async () => {
  const shown = visits(() => Promise.reject(new Error("no network")));
  await shown.open("/cameras/1");
  expect(shown.get()?.page).toBe("no network");
});

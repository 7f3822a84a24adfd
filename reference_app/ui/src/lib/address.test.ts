import { expect, test } from "vitest";

import { isOfThisMachine, matched } from "./address.ts";

test.each([
  ["/", "/", {}],
  ["/cameras", "/cameras/", {}],
  ["/cameras/:id", "/cameras/Q2FtZXJhOjE%3D", { id: "Q2FtZXJhOjE=" }],
  ["/cameras/:id", "/cameras/%E0%A4%A", { id: "%E0%A4%A" }],
  ["*", "/what/ever", {}],
])("%s matches %s", (pattern, path, found) => {
  expect(matched(pattern, path)).toEqual(found);
});

test.each([
  ["/", "/cameras"],
  ["/cameras/:id", "/cameras"],
  ["/cameras/:id", "/cameras/1/2"],
  ["/cameras/:id", "/timelapses/1"],
])("%s does not match %s", (pattern, path) => {
  expect(matched(pattern, path)).toBeNull();
});

test.each(["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])(
  "%s is of this machine",
  (hostname) => {
    expect(isOfThisMachine(hostname)).toBe(true);
  },
);

test.each(["192.168.0.7", "pi.local", "127.example.org", "localhost.example.org"])(
  "%s can be another machine",
  (hostname) => {
    expect(isOfThisMachine(hostname)).toBe(false);
  },
);

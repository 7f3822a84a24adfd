import { expect, test } from "vitest";

import { matched } from "./address.ts";

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

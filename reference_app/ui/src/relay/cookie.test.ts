import { expect, test } from "vitest";

import { readCookie } from "./cookie.ts";

test("finds a cookie among others", () => {
  expect(readCookie("a=1; csrftoken=x%3Dy=z; b=2", "csrftoken")).toBe("x=y=z");
});

test("distinguishes cookies whose names end alike", () => {
  expect(readCookie("mycsrftoken=1", "csrftoken")).toBeNull();
  expect(readCookie("", "csrftoken")).toBeNull();
});

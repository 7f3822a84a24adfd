import { expect, test } from "vitest";

import { linesOf, numeric, text, textOf } from "./formValues.ts";

test("reads numbers with a point or a comma, and returns other text as it is", () => {
  const form = new FormData();
  form.set("point", "47.5");
  form.set("comma", " 47,5 ");
  form.set("nonsense", "north");
  form.set("empty", " ");
  expect(numeric(form, "point")).toBe(47.5);
  expect(numeric(form, "comma")).toBe(47.5);
  expect(numeric(form, "nonsense")).toBe("north");
  expect(numeric(form, "empty")).toBeNull();
  expect(text(form, "missing")).toBe("");
});

test("shows values of every kind, and nothing for a value that is not set", () => {
  expect(textOf("x")).toBe("x");
  expect(textOf(3)).toBe("3");
  expect(textOf(false)).toBe("false");
  expect(textOf(["a", 3, "b"])).toBe("a\nb");
  expect(textOf(null)).toBe("");
  expect(textOf({})).toBe("");
});

test("reads one value per line", () => {
  expect(linesOf(" a \n\n b; c ")).toEqual(["a", "b", "c"]);
});

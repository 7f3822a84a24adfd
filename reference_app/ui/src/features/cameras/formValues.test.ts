import { expect, test } from "vitest";

import { numberOf, numeric, text, textOf, textsOf } from "./formValues.ts";

test("reads numbers with a point or a comma, and passes other text to the server", () => {
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

test("settings of another type are shown as empty", () => {
  expect(textOf(3)).toBe("");
  expect(textsOf(["a", 3])).toEqual(["a"]);
  expect(textsOf(null)).toEqual([]);
  expect(numberOf("3")).toBe("");
  expect(numberOf(3)).toBe("3");
});

import { expect, test } from "vitest";

import { addressOf, workFilterOf } from "./workFilter.ts";

test("an address without a filter names all that ended", () => {
  expect(workFilterOf("")).toEqual({ ended: true, stages: null, kinds: null, words: "" });
});

test.each([
  "",
  "show=under-way",
  "state=failed&kind=movie&words=roses+7",
  "show=under-way&state=waiting",
  "kind=import_captures",
])("the address “%s” names a filter that leads back to it", (address) => {
  expect(new URLSearchParams(addressOf(workFilterOf(address))).toString()).toBe(address);
});

test("what an address names that does not exist limits nothing", () => {
  expect(workFilterOf("?state=waiting&kind=nonsense&show=?")).toEqual(workFilterOf(""));
});

test("a search is no longer than the server answers", () => {
  expect(workFilterOf(`words=${"a".repeat(200)}`).words).toHaveLength(100);
});

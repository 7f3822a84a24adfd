import { expect, test } from "vitest";

import { rankTransitions } from "./rankTransitions.ts";

/** Ranks transitions of these kinds, and says each by its kind and its place in the order. */
function ranked(kinds: string) {
  const words = kinds.split(" ").map((kind, place) => ({ kind, said: `${kind} ${String(place)}` }));
  const { main, beside, more } = rankTransitions(words);
  return [main?.said, beside.map(({ said }) => said), more.map(({ said }) => said)];
}

test.each([
  [
    "the first primary one is the main one, the next is like any other",
    "NORMAL PRIMARY PRIMARY",
    "PRIMARY 1",
    ["NORMAL 0", "PRIMARY 2"],
    [],
  ],
  ["without a primary one none stands out", "NORMAL NORMAL", undefined, ["NORMAL 0", "NORMAL 1"], []],
  [
    "dangers come last, wherever they were declared",
    "DANGER NORMAL NORMAL NORMAL PRIMARY",
    "PRIMARY 4",
    ["NORMAL 1", "NORMAL 2"],
    ["NORMAL 3", "DANGER 0"],
  ],
  ["two dangers are a menu", "DANGER NORMAL DANGER", undefined, ["NORMAL 1"], ["DANGER 0", "DANGER 2"]],
  ["one alone is no menu", "NORMAL NORMAL DANGER", undefined, ["NORMAL 0", "NORMAL 1", "DANGER 2"], []],
  ["an unknown kind is like any other", "NEW NEW NEW NEW", undefined, ["NEW 0", "NEW 1"], ["NEW 2", "NEW 3"]],
])("%s", (_what, kinds, main, beside, more) => {
  expect(ranked(kinds)).toEqual([main, beside, more]);
});

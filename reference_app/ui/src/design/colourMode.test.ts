import { afterEach, expect, test, vi } from "vitest";

import { applyColourMode, MODE_KEY, SCHEME_ATTRIBUTE } from "./colourMode.ts";

const scheme = () => document.documentElement.getAttribute(SCHEME_ATTRIBUTE);

afterEach(() => {
  localStorage.clear();
  document.documentElement.removeAttribute(SCHEME_ATTRIBUTE);
  vi.unstubAllGlobals();
});

test.each([
  ["dark", false, "dark"],
  ["light", true, "light"],
  ["system", true, "dark"],
  ["system", false, "light"],
  [null, true, "dark"],
])("with the mode %s on a system that is dark: %s the page is %s", (mode, matches, expected) => {
  vi.stubGlobal("matchMedia", () => ({ matches }));
  if (mode !== null) localStorage.setItem(MODE_KEY, mode);
  applyColourMode(MODE_KEY, SCHEME_ATTRIBUTE);
  expect(scheme()).toBe(expected);
});

test("uses the system's mode when storage is disabled", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  vi.stubGlobal("localStorage", {
    clear: () => undefined,
    getItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  applyColourMode(MODE_KEY, SCHEME_ATTRIBUTE);
  expect(scheme()).toBe("dark");
});

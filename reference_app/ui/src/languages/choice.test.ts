import { i18n } from "@lingui/core";
import { afterEach, expect, test } from "vitest";

import { formatAge, formatInstant } from "../lib/age.ts";
import { formatBytes } from "../lib/bytes.ts";
import { formatCount, formatRate } from "../lib/rate.ts";
import { otherLanguages, speak } from "./choice.ts";
import { messages } from "./de.po";

afterEach(() => {
  speak("en", {});
});

test("texts, dates and numbers are in one language", () => {
  speak("de", messages);
  const now = Date.parse("2026-11-23T14:00:00Z");
  expect(formatAge(now - 90_000, now)).toBe("vor 1 min 30 s");
  expect(formatInstant(now - 3 * 86_400_000, now)).toMatch(/20\. Nov/);
  expect(formatBytes(4_600_000)).toBe("4,6 MB");
  expect(formatCount(1, "frame")).toBe("1 Bild");
  expect(formatCount(1204, "frame")).toBe("1.204 Bilder");
  expect(formatRate(0.2, "frame")).toBe("12 Bilder/min");
});

test("a text that a catalog lacks is English", () => {
  speak("de", {});
  expect(formatAge(0, 0)).toBe("just now");
});

test("offers the languages that the page is not in", () => {
  expect(otherLanguages()).toEqual(["de"]);
  speak("de", messages);
  expect(otherLanguages()).toEqual(["en"]);
  expect(i18n.locales).toBe("de-DE");
});

import { expect, test } from "vitest";

import form from "./ConfigurationForm.tsx?raw";
import { choiceLabel, INTERVAL, notNumbers, SETTINGS, tableFrom } from "./settings.ts";

function filled(values: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  return form;
}

test("every setting has a label and a help text, and every number has bounds", () => {
  for (const setting of Object.values(SETTINGS).flat()) {
    expect(setting.label).not.toBe("");
    expect(setting.help).toMatch(/\.$/);
    if (setting.kind.endsWith("number")) expect(setting.minimum).toBeLessThan(setting.maximum ?? 0);
  }
  expect(INTERVAL.label).toBe("Interval in seconds");
});

test("reads the values of a table by their kinds", () => {
  const form = filled({
    "schedule.windows": "06:00..20:00\n",
    "schedule.latitude": "47,4",
    "schedule.timezone": " ",
    "delivery.ordered": "false",
    "delivery.when": "at_once",
  });
  expect(tableFrom(form, "schedule")).toEqual({ windows: ["06:00..20:00"], latitude: 47.4 });
  expect(tableFrom(form, "delivery")).toEqual({ ordered: false, when: "at_once" });
  expect(tableFrom(form, "exposure")).toBeNull();
});

test("finds text that is no number", () => {
  const form = filled({ intervalSeconds: "often", "schedule.burst": "3", "exposure.gain": "high" });
  expect(notNumbers(form).map((error) => error.field)).toEqual(["intervalSeconds", "exposure.gain"]);
  expect(notNumbers(form)[0]?.message).toBe("Interval in seconds is not a number.");
});

test("names choices by their labels", () => {
  expect(choiceLabel("delivery", "when", "at_once")).toBe("Immediately");
  expect(choiceLabel("delivery", "ordered", true)).toBe("Strict");
  expect(choiceLabel("exposure", "mode", "new")).toBe("new");
});

test("the form queries every setting: it would lose the value of another when it is saved", () => {
  for (const table of ["schedule", "exposure", "delivery"] as const) {
    const queried = new RegExp(`\\b${table} \\{([^}]*)\\}`).exec(form)?.[1]?.trim().split(/\s+/);
    expect(queried).toEqual(SETTINGS[table].map((setting) => setting.name));
  }
});

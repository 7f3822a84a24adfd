import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, expect, vi } from "vitest";

import { connection } from "../src/relay/connection.ts";

// relay-test-utils expects Jest's mock functions under this name. Vitest's are compatible.
Object.assign(globalThis, { jest: vi });

// What is loaded on demand may take its time on a busy machine.
configure({ asyncUtilTimeout: 20_000 });

const warnings: string[] = [];

beforeEach(() => {
  warnings.length = 0;
  connection.set({ kind: "open", restored: false });
  connection.received(Number.POSITIVE_INFINITY); // in contact, whatever a test does with the clock
  for (const level of ["error", "warn"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      warnings.push(parts.map(String).join(" "));
    });
  }
});

// A warning of React, Relay or MUI is a failure.
afterEach(() => {
  cleanup();
  expect(warnings).toEqual([]);
});

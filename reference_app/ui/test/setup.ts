import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, expect, vi } from "vitest";

import { connection } from "../src/relay/connection.ts";

// relay-test-utils asks for Jest's mock functions by this name; Vitest's are the same.
vi.stubGlobal("jest", vi);

const complaints: string[] = [];

beforeEach(() => {
  complaints.length = 0;
  connection.set({ kind: "open", healed: false });
  for (const level of ["error", "warn"] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      complaints.push(words.map(String).join(" "));
    });
  }
});

// What React, Relay or MUI complain about is a failure.
afterEach(() => {
  cleanup();
  expect(complaints).toEqual([]);
});

import { ThemeProvider } from "@mui/material/styles";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ColourModeButton } from "./ColourModeButton.tsx";
import { theme } from "./theme.ts";

beforeEach(() => {
  const list = { matches: false, addListener: vi.fn(), removeListener: vi.fn() };
  vi.stubGlobal("matchMedia", () => list);
});
afterEach(() => {
  localStorage.clear();
});

test("starts with the system's mode, cycles through all modes and remembers the choice", async () => {
  render(
    <ThemeProvider theme={theme} defaultMode="system">
      <ColourModeButton />
    </ThemeProvider>,
  );
  const button = screen.getByRole("button");
  expect(button).toHaveAccessibleName(/^System colours/);
  await userEvent.click(button);
  expect(button).toHaveAccessibleName(/Light colours\. Switch to dark/);
  await userEvent.click(button);
  expect(document.documentElement).toHaveAttribute("data-color-scheme", "dark");
  expect(localStorage.getItem("mui-mode")).toBe("dark");
  await userEvent.click(button);
  expect(button).toHaveAccessibleName(/^System colours/);
});

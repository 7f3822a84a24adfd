/** Where MUI stores the chosen mode: light, dark or system. */
export const MODE_KEY = "mui-mode";
/** The attribute of the root element that selects the colour scheme. */
export const SCHEME_ATTRIBUTE = "data-color-scheme";

/** Sets the colour scheme before the first render. MUI sets it only afterwards, which would flash. */
export function applyColourMode(): void {
  const mode = chosenMode();
  const dark =
    mode === "light" || mode === "dark"
      ? mode === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute(SCHEME_ATTRIBUTE, dark ? "dark" : "light");
}

function chosenMode(): string | null {
  try {
    return localStorage.getItem(MODE_KEY);
  } catch {
    return null; // storage is disabled
  }
}

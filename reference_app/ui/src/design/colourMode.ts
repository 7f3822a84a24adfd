/** Where MUI stores the chosen mode: light, dark or system. */
export const MODE_KEY = "mui-mode";
/** The attribute of the root element that selects the colour scheme. */
export const SCHEME_ATTRIBUTE = "data-color-scheme";

/**
 * Sets the colour scheme before the first paint. MUI sets it only after the first render, which would flash. The page
 * has the source of this function in its head, so it uses nothing from outside.
 */
export function applyColourMode(modeKey: string, schemeAttribute: string): void {
  let mode: string | null = null;
  try {
    mode = localStorage.getItem(modeKey);
  } catch {
    // storage is disabled
  }
  const dark =
    mode === "light" || mode === "dark"
      ? mode === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute(schemeAttribute, dark ? "dark" : "light");
}

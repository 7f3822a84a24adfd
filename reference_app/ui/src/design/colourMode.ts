/** Where MUI keeps the mode that was chosen: light, dark or system. */
export const MODE_KEY = "mui-mode";
/** The attribute of the page that the theme's colours go by. */
export const SCHEME_ATTRIBUTE = "data-color-scheme";

/** Sets the colours before anything is drawn: MUI does so after its first drawing, which would flash. */
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
    return null; // the browser keeps nothing for this page
  }
}

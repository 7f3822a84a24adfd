import type { Plugin } from "vite";

import { applyColourMode, MODE_KEY, SCHEME_ATTRIBUTE } from "../src/design/colourMode.ts";
import { SURFACES } from "../src/design/surfaces.ts";

/** The variables that the styles in index.html use. */
function variables({ background, divider }: (typeof SURFACES)["light" | "dark"]): string {
  return `--background: ${background.default}; --paper: ${background.paper}; --divider: ${divider};`;
}

const STYLE = `
  :root { ${variables(SURFACES.light)} }
  @media (prefers-color-scheme: dark) { :root { ${variables(SURFACES.dark)} } }
  :root[${SCHEME_ATTRIBUTE}="light"] { color-scheme: light; ${variables(SURFACES.light)} }
  :root[${SCHEME_ATTRIBUTE}="dark"] { color-scheme: dark; ${variables(SURFACES.dark)} }
`;
/** The server's policy lets it run by its hash. */
const SCRIPT = `(${applyColourMode.toString()})(${JSON.stringify(MODE_KEY)}, ${JSON.stringify(SCHEME_ATTRIBUTE)});`;

/** Writes into the page what its first paint needs, before any script has come: the colours of the chosen scheme. */
export function firstPaint(): Plugin {
  return {
    name: "first-paint",
    transformIndexHtml: () => [
      { tag: "style", children: STYLE, injectTo: "head" },
      { tag: "script", children: SCRIPT, injectTo: "head" },
    ],
  };
}

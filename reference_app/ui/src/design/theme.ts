import { createTheme } from "@mui/material/styles";

import { SCHEME_ATTRIBUTE } from "./colourMode.ts";
import { SURFACES } from "./surfaces.ts";

const systemFont =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif';

/** The light and dark themes. Every text colour has a contrast of at least 4.5:1 to its background (WCAG AA). */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: SCHEME_ATTRIBUTE },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: "#0f5f5c", contrastText: "#ffffff" },
        success: { main: "#1b6b3d" },
        warning: { main: "#8a5200" },
        error: { main: "#ad2a20" },
        info: { main: "#2c5a8a" },
        ...SURFACES.light,
        text: { primary: "#1b1e1d", secondary: "#585f5c" },
      },
    },
    dark: {
      palette: {
        primary: { main: "#74d2c6", contrastText: "#06211e" },
        success: { main: "#7fd49c" },
        warning: { main: "#f1b95f" },
        error: { main: "#ff9288" },
        info: { main: "#8fbbea" },
        ...SURFACES.dark,
        text: { primary: "#e8ebe9", secondary: "#a5aeaa" },
      },
    },
  },
  shape: { borderRadius: 12 },
  typography: {
    fontFamily: systemFont,
    h1: { fontSize: "1.6rem", fontWeight: 680, letterSpacing: "-0.015em", lineHeight: 1.25 },
    h2: { fontSize: "1.1rem", fontWeight: 650, letterSpacing: "-0.005em", lineHeight: 1.35 },
    h3: { fontSize: "1rem", fontWeight: 620, lineHeight: 1.4 },
    body2: { fontSize: "0.9rem", lineHeight: 1.5 },
    caption: { fontSize: "0.8rem", lineHeight: 1.45 },
    button: { textTransform: "none", fontWeight: 620, fontSize: "0.95rem" },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: {
        body: { fontVariantNumeric: "tabular-nums" },
        ":focus-visible": { outline: "2px solid var(--mui-palette-primary-main)", outlineOffset: "2px" },
        "@media (prefers-reduced-motion: reduce)": {
          "*, *::before, *::after": {
            animationDuration: "0.01ms !important",
            animationIterationCount: "1 !important",
            transitionDuration: "0.01ms !important",
          },
        },
      },
    },
    MuiButton: {
      defaultProps: { disableElevation: true },
      styleOverrides: {
        root: {
          borderRadius: 9,
          minHeight: 40,
          // Else a short text stands in the middle of 64 px, and not where the texts around it begin.
          variants: [{ props: { variant: "text", size: "small" }, style: { minWidth: 0 } }],
        },
        sizeSmall: { minHeight: 32 },
      },
    },
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: "none" } } },
    MuiLinearProgress: { styleOverrides: { root: { height: 8, borderRadius: 4 }, bar: { borderRadius: 4 } } },
    MuiTextField: { defaultProps: { size: "small", fullWidth: true } },
  },
});

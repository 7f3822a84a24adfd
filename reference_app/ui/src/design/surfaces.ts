/** The colours of what is there before any text: the theme's, and those of the page while its scripts load. */
export const SURFACES = {
  light: { background: { default: "#f6f5f1", paper: "#ffffff" }, divider: "rgba(27, 30, 29, 0.13)" },
  dark: { background: { default: "#111413", paper: "#191d1c" }, divider: "rgba(232, 235, 233, 0.14)" },
} as const;

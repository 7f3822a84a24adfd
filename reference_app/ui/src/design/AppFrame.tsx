import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useEffect, useRef, type ReactNode } from "react";
import { Link as RouterLink, NavLink, useLocation } from "react-router";

import { Logo } from "./Logo.tsx";

/** One entry of the main navigation. */
export interface NavEntry {
  readonly to: string;
  readonly label: string;
  readonly icon: ReactNode;
}

interface Props {
  readonly nav: readonly NavEntry[];
  readonly tools: ReactNode;
  readonly banner: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: a header, the navigation (at the bottom of a phone's screen), one main landmark. */
export function AppFrame({ nav, tools, banner, children }: Props) {
  const main = useFocusOnNavigation();
  return (
    <Box sx={{ minHeight: "100dvh", display: "flex", flexDirection: "column", pb: { xs: 9, sm: 0 } }}>
      <SkipLink />
      <Box component="header" sx={{ borderBottom: 1, borderColor: "divider", bgcolor: "background.paper" }}>
        <Box
          sx={{
            maxWidth: 1560,
            mx: "auto",
            px: { xs: 2, sm: 3 },
            height: 60,
            display: "flex",
            alignItems: "center",
            gap: 3,
          }}
        >
          <Link
            component={RouterLink}
            to="/"
            underline="none"
            sx={{ color: "text.primary", borderRadius: "8px", display: "flex" }}
          >
            <Logo />
          </Link>
          <Navigation entries={nav} />
          <Box sx={{ ml: "auto", display: "flex", alignItems: "center", gap: 0.5 }}>{tools}</Box>
        </Box>
      </Box>
      {banner}
      <Box
        component="main"
        ref={main}
        id="main"
        tabIndex={-1}
        sx={{
          flex: 1,
          width: "100%",
          maxWidth: 1560,
          mx: "auto",
          px: { xs: 2, sm: 3 },
          py: { xs: 2.5, sm: 4 },
          outline: "none",
        }}
      >
        {children}
      </Box>
    </Box>
  );
}

/** Moves the focus to a new page's content, as a page load would; keyboards and screen readers then start there. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return main;
}

function SkipLink() {
  return (
    <Link
      href="#main"
      sx={{
        position: "absolute",
        left: 16,
        top: -60,
        zIndex: 2000,
        p: 1,
        bgcolor: "background.paper",
        borderRadius: "8px",
        "&:focus": { top: 8 },
      }}
    >
      Skip to content
    </Link>
  );
}

function Navigation({ entries }: { readonly entries: readonly NavEntry[] }) {
  return (
    <Box
      component="nav"
      aria-label="Main"
      sx={{
        display: "flex",
        gap: 0.5,
        position: { xs: "fixed", sm: "static" },
        inset: { xs: "auto 0 0 0" },
        zIndex: 1000,
        bgcolor: "background.paper",
        borderTop: { xs: "1px solid var(--mui-palette-divider)", sm: "none" },
        px: { xs: 1, sm: 0 },
        pb: { xs: "env(safe-area-inset-bottom)", sm: 0 },
      }}
    >
      {entries.map((entry) => (
        <Box
          key={entry.to}
          component={NavLink}
          to={entry.to}
          sx={{
            flex: { xs: 1, sm: "none" },
            display: "flex",
            flexDirection: { xs: "column", sm: "row" },
            alignItems: "center",
            gap: { xs: 0.25, sm: 0.75 },
            px: 1.5,
            py: 1,
            borderRadius: "8px",
            color: "text.secondary",
            textDecoration: "none",
            fontSize: { xs: "0.78rem", sm: "0.93rem" },
            fontWeight: 600,
            "& svg": { fontSize: 21 },
            "&:hover": { color: "text.primary" },
            "&.active": { color: "primary.main" },
          }}
        >
          {entry.icon}
          {entry.label}
        </Box>
      ))}
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useEffect, useRef, type ReactNode } from "react";
import { Link as RouterLink, useLocation } from "wouter";

import { Logo } from "./Logo.tsx";

/** One entry of the main navigation. */
export interface NavEntry {
  readonly to: string;
  readonly label: string;
  readonly icon: ReactNode;
}

interface Props {
  readonly nav: readonly NavEntry[];
  /** What people call this installation; empty if nobody named it. */
  readonly place: string;
  readonly tools: ReactNode;
  readonly banner: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: a header, the navigation (at the bottom of a phone's screen), one main landmark. */
export function AppFrame({ nav, place, tools, banner, children }: Props) {
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
            sx={{ color: "text.primary", borderRadius: "8px", display: "flex", minWidth: 0 }}
          >
            <Logo text={place === "" ? undefined : place} />
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
  const [pathname] = useLocation();
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
    >{t`Skip to content`}</Link>
  );
}

function Navigation({ entries }: { readonly entries: readonly NavEntry[] }) {
  const [pathname] = useLocation();
  return (
    <Box
      component="nav"
      aria-label={t`Main`}
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
          component={RouterLink}
          to={entry.to}
          aria-current={leadsTo(entry.to, pathname) ? "page" : undefined}
          sx={{
            flex: { xs: 1, sm: "none" },
            display: "flex",
            flexDirection: { xs: "column", sm: "row" },
            alignItems: "center",
            gap: { xs: 0.25, sm: 0.75 },
            minWidth: 0,
            px: { xs: 0.25, sm: 1.5 },
            py: 1,
            borderRadius: "8px",
            color: "text.secondary",
            textDecoration: "none",
            fontSize: { xs: "0.74rem", sm: "0.93rem" },
            fontWeight: 600,
            "& svg": { fontSize: 21 },
            "&:hover": { color: "text.primary" },
            "&[aria-current]": { color: "primary.main" },
          }}
        >
          {entry.icon}
          {entry.label}
        </Box>
      ))}
    </Box>
  );
}

/** Whether a page stands at this address or below it. */
function leadsTo(to: string, pathname: string): boolean {
  return pathname === to || (to !== "/" && pathname.startsWith(`${to}/`));
}

import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

import { Logo } from "./Logo.tsx";

interface Props {
  /** What the tab of the browser says. */
  readonly title: string;
  readonly heading: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** A page for people who aren't signed in: one card in the middle. */
export function CentredCard({ title, heading, lead, children }: Props) {
  return (
    <Box component="main" sx={{ minHeight: "100dvh", display: "grid", placeItems: "center", p: 2 }}>
      <title>{`${title} · Timelapse`}</title>
      <Paper
        variant="outlined"
        sx={{ width: "100%", maxWidth: 420, p: { xs: 3, sm: 4 }, display: "grid", gap: 2.5 }}
      >
        <Logo />
        <Box>
          <Typography variant="h1">{heading}</Typography>
          {lead !== undefined && (
            <Typography component="div" variant="body2" sx={{ color: "text.secondary", mt: 0.5 }}>
              {lead}
            </Typography>
          )}
        </Box>
        {children}
      </Paper>
    </Box>
  );
}

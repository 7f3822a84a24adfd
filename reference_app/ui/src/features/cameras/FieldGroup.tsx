import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface GroupProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Fields of one table of settings, below a heading that screen readers say with each of them. */
export function FieldGroup({ title, children }: GroupProps) {
  const id = useId();
  return (
    <Box role="group" aria-labelledby={id} sx={{ display: "grid", gap: 2, mt: 1 }}>
      <Box>
        <Typography id={id} variant="h3">
          {title}
        </Typography>
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          All empty: as its own settings say.
        </Typography>
      </Box>
      {children}
    </Box>
  );
}

/** Short fields side by side, below one another where there is no room. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "repeat(auto-fit, minmax(9rem, 1fr))" }}>
      {children}
    </Box>
  );
}

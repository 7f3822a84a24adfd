import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface GroupProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** The fields of one table of settings. Screen readers announce the heading with each field. */
export function FieldGroup({ title, children }: GroupProps) {
  const id = useId();
  return (
    <Box role="group" aria-labelledby={id} sx={{ display: "grid", gap: 2, mt: 1 }}>
      <Box>
        <Typography id={id} variant="h3">
          {title}
        </Typography>
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          Leave all empty to use the agent’s own settings.
        </Typography>
      </Box>
      {children}
    </Box>
  );
}

/** Short fields in a row. They wrap on narrow screens. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "repeat(auto-fit, minmax(9rem, 1fr))" }}>
      {children}
    </Box>
  );
}

import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface Props {
  /** Empty for fields without a heading. */
  readonly title: string;
  /** Whether it takes all columns where groups stand side by side. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/**
 * Fields under one heading, short ones in rows; without a heading one below the other in a dialog. Screen readers
 * announce the heading with each field.
 */
export function FieldGroup({ title, isWide = false, children }: Props) {
  const id = useId();
  const fields = (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        gridTemplateColumns: `repeat(auto-fit, minmax(min(${title === "" ? "14rem" : "9rem"}, 100%), 1fr))`,
      }}
    >
      {children}
    </Box>
  );
  if (title === "") return fields;
  return (
    <Box
      role="group"
      aria-labelledby={id}
      sx={{ display: "grid", gap: 2, mt: 1, gridColumn: isWide ? "1 / -1" : undefined }}
    >
      <Typography id={id} variant="h3">
        {title}
      </Typography>
      {fields}
    </Box>
  );
}

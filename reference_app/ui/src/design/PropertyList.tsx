import Box from "@mui/material/Box";
import type { ReactNode } from "react";

interface Props {
  readonly properties: readonly (readonly [name: string, value: ReactNode])[];
}

/** A list of names and values in two columns. */
export function PropertyList({ properties }: Props) {
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: "grid",
        gridTemplateColumns: "fit-content(45%) minmax(0, 1fr)",
        columnGap: 2,
        rowGap: 0.5,
        fontSize: "0.9rem",
      }}
    >
      {properties.map(([name, value]) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Box component="dt" sx={{ color: "text.secondary" }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0, overflowWrap: "anywhere" }}>
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

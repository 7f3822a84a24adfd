import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
}

/** A page's heading. It also sets the title of the browser tab. */
export function PageHeader({ title, lead, actions }: Props) {
  return (
    <Box
      sx={{
        display: "flex",
        flexWrap: "wrap",
        alignItems: "flex-end",
        justifyContent: "space-between",
        columnGap: 2,
        rowGap: { xs: 0.5, sm: 2 },
      }}
    >
      <title>{`${title} · Timelapse`}</title>
      <Box sx={{ minWidth: 0 }}>
        <Typography variant="h1" sx={{ overflowWrap: "anywhere" }}>
          {title}
        </Typography>
        {lead !== undefined && (
          <Typography component="div" variant="body2" sx={{ color: "text.secondary", mt: 0.5 }}>
            {lead}
          </Typography>
        )}
      </Box>
      {actions}
    </Box>
  );
}

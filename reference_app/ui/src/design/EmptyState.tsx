import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** Whether the title is the page's heading, because the page has no other content. */
  readonly heading?: boolean;
}

/** Takes the place of missing content and says what to do next. */
export function EmptyState({ icon, title, children, action, heading = false }: Props) {
  return (
    <Box
      sx={{
        textAlign: "center",
        py: { xs: 4, sm: 6 },
        px: 2,
        display: "grid",
        gap: 1,
        justifyItems: "center",
      }}
    >
      <Box
        sx={{
          display: "grid",
          placeItems: "center",
          width: 56,
          height: 56,
          borderRadius: "50%",
          bgcolor: "action.hover",
          color: "text.secondary",
          mb: 1,
        }}
      >
        {icon}
      </Box>
      <Typography variant="h3" component={heading ? "h1" : "p"} sx={{ overflowWrap: "anywhere" }}>
        {title}
      </Typography>
      <Typography
        variant="body2"
        component="div"
        sx={{ color: "text.secondary", maxWidth: 420, overflowWrap: "anywhere" }}
      >
        {children}
      </Typography>
      {action !== undefined && <Box sx={{ mt: 1.5 }}>{action}</Box>}
    </Box>
  );
}

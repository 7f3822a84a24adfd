import Box from "@mui/material/Box";

/** The logo: a shutter ring and a name, that of the product unless the place has one. */
export function Logo({ text = "Timelapse" }: { readonly text?: string | undefined }) {
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        minWidth: 0,
        maxWidth: { xs: "100%", sm: 220 },
        alignItems: "center",
        gap: 1.25,
        fontWeight: 700,
        letterSpacing: "-0.01em",
      }}
    >
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" style={{ flexShrink: 0 }}>
        <rect width="32" height="32" rx="9" fill="#0f5f5c" />
        <circle
          cx="16"
          cy="16"
          r="8.5"
          fill="none"
          stroke="#fff"
          strokeWidth="2.6"
          strokeDasharray="40 14"
          strokeLinecap="round"
          transform="rotate(-90 16 16)"
        />
        <circle cx="16" cy="16" r="2.6" fill="#f2b84b" />
      </svg>
      <Box
        component="span"
        sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
      >
        {text}
      </Box>
    </Box>
  );
}

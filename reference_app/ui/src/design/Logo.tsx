import Box from "@mui/material/Box";

/** The logo: a shutter ring and the product's name. */
export function Logo() {
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        alignItems: "center",
        gap: 1.25,
        fontWeight: 700,
        letterSpacing: "-0.01em",
      }}
    >
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
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
      Timelapse
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";

/** Placeholder of a page while its data loads. */
export function PageSkeleton() {
  return (
    <Box aria-busy="true" aria-label={t`Loading`} role="status" sx={{ display: "grid", gap: 2.5 }}>
      <Skeleton variant="rounded" height={34} width="min(320px, 70%)" />
      <Box sx={{ display: "grid", gap: 2.5, gridTemplateColumns: { xs: "1fr", md: "minmax(0, 1fr) 360px" } }}>
        <Skeleton variant="rounded" sx={{ height: "auto", aspectRatio: "16 / 9", borderRadius: "14px" }} />
        <Skeleton variant="rounded" sx={{ height: { xs: 160, md: "100%" }, borderRadius: "14px" }} />
      </Box>
    </Box>
  );
}

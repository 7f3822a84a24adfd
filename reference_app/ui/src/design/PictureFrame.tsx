import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

import { EmptyState } from "./EmptyState.tsx";
import { CameraIcon } from "./icons.tsx";

interface Props {
  /** Null as long as there is none. */
  readonly picture: { readonly url: string; readonly alt: string; readonly testId: string } | null;
  readonly caption: ReactNode;
  readonly emptyTitle: string;
  /** What comes, and when, as long as there is no picture. */
  readonly emptyText: string;
}

/** A picture as big as the page allows, dark around it in both colour modes, with its caption. */
export function PictureFrame({ picture, caption, emptyTitle, emptyText }: Props) {
  return (
    <Box component="figure" sx={{ m: 0 }}>
      <Box
        sx={{
          borderRadius: "14px",
          overflow: "hidden",
          bgcolor: "#0c0f0e",
          color: "#e8ebe9",
          aspectRatio: "16 / 9",
          display: "grid",
          placeItems: "center",
        }}
      >
        {picture ? (
          <img
            data-testid={picture.testId}
            src={picture.url}
            alt={picture.alt}
            decoding="sync"
            style={{ display: "block", width: "100%", height: "100%", objectFit: "contain" }}
          />
        ) : (
          <EmptyState icon={<CameraIcon sx={{ color: "#e8ebe9" }} />} title={emptyTitle}>
            <Box component="span" sx={{ color: "#b5bdb9" }}>
              {emptyText}
            </Box>
          </EmptyState>
        )}
      </Box>
      {picture && (
        <Typography
          component="figcaption"
          variant="caption"
          sx={{ color: "text.secondary", mt: 1, display: "flex", flexWrap: "wrap", columnGap: 1.5 }}
        >
          {caption}
        </Typography>
      )}
    </Box>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

import { EmptyState } from "./EmptyState.tsx";
import { CameraIcon } from "./icons.tsx";
import { usePicture } from "./usePicture.ts";

interface Props {
  /** Null until the first picture arrives. */
  readonly picture: { readonly url: string; readonly alt: string; readonly testId: string } | null;
  readonly caption: ReactNode;
  readonly emptyTitle: string;
  /** Shown instead of the picture while there is none. */
  readonly emptyText: string;
}

/** A picture at the full width of its column with a caption. Its background is dark in both colour modes. */
export function PictureFrame({ picture, caption, emptyTitle, emptyText }: Props) {
  const { hasFailed, onError } = usePicture(picture?.url ?? null);
  return (
    <Box component="figure" sx={{ m: 0, minWidth: 0 }}>
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
        {hasFailed ? (
          <PictureFailure />
        ) : picture ? (
          <img
            data-testid={picture.testId}
            src={picture.url}
            alt={picture.alt}
            decoding="sync"
            onError={onError}
            style={{ display: "block", width: "100%", height: "100%", objectFit: "contain" }}
          />
        ) : (
          <Absent title={emptyTitle} text={emptyText} />
        )}
      </Box>
      {picture && (
        <Typography
          component="figcaption"
          variant="caption"
          sx={{
            color: "text.secondary",
            mt: 1,
            display: "flex",
            flexWrap: "wrap",
            columnGap: 1.5,
            overflowWrap: "anywhere",
          }}
        >
          {caption}
        </Typography>
      )}
    </Box>
  );
}

/** Stands in the place of a picture that can't be shown. */
export function PictureFailure() {
  return (
    <Absent
      title={t`This picture can’t be shown`}
      text={t`Its file is missing, or the server can’t be reached.`}
    />
  );
}

function Absent({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <EmptyState icon={<CameraIcon sx={{ color: "#e8ebe9" }} />} title={title}>
      <Box component="span" sx={{ color: "#b5bdb9" }}>
        {text}
      </Box>
    </EmptyState>
  );
}

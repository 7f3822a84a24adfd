import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import type { ComponentType } from "react";

import { usePicture } from "./usePicture.ts";

interface Props {
  /** Null while there is none. */
  readonly url: string | null;
  readonly alt: string;
  /** Stands there without a picture. */
  readonly icon: ComponentType<{ readonly sx: object }>;
  /** How large that is, in pixels. */
  readonly size?: number;
}

/** A picture that fills its box, cropped. The box is dark in both colour modes, and says when it can't be shown. */
export function CoverPicture({ url, alt, icon: Icon, size = 42 }: Props) {
  const { hasFailed, onError } = usePicture(url);
  return url !== null && !hasFailed ? (
    <img
      src={url}
      alt={alt}
      decoding="sync"
      onError={onError}
      style={{ display: "block", width: "100%", height: "100%", objectFit: "cover" }}
    />
  ) : (
    <Box sx={{ display: "grid", placeContent: "center", justifyItems: "center", color: "#a2aba7" }}>
      <Icon sx={{ fontSize: size }} />
      {hasFailed && t`This picture can’t be shown`}
    </Box>
  );
}

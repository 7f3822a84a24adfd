import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import { formatAge, formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../live/useServerNow.ts";
import type { CameraSight_camera$key } from "./__generated__/CameraSight_camera.graphql";

/** What the camera sees: its latest frame, or a preview that is newer. */
export function CameraSight({ camera }: { readonly camera: CameraSight_camera$key }) {
  const { name, lastFrame, preview } = useFragment(
    graphql`
      fragment CameraSight_camera on Camera {
        name
        lastFrame {
          imageUrl
          capturedAt
          receivedAt
          clock
          sequence
        }
        preview {
          imageUrl
          capturedAt
          receivedAt
          clock
        }
      }
    `,
    camera,
  );
  const newer =
    preview !== null &&
    preview !== undefined &&
    (instant(preview.capturedAt) ?? 0) > (instant(lastFrame?.capturedAt) ?? 0);
  const shown = newer ? preview : lastFrame;
  const what = newer ? "Preview" : `Frame ${String(lastFrame?.sequence ?? "")}`;
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
        {shown ? (
          <img
            data-testid="camera-sight"
            src={shown.imageUrl}
            alt={`${what} of ${name}`}
            decoding="sync"
            style={{ display: "block", width: "100%", height: "100%", objectFit: "contain" }}
          />
        ) : (
          <EmptyState icon={<CameraIcon sx={{ color: "#e8ebe9" }} />} title="Nothing seen yet">
            <Box component="span" sx={{ color: "#b5bdb9" }}>
              The first picture appears here by itself as soon as {name} sends it.
            </Box>
          </EmptyState>
        )}
      </Box>
      {shown && (
        <Typography
          component="figcaption"
          variant="caption"
          sx={{ color: "text.secondary", mt: 1, display: "flex", flexWrap: "wrap", columnGap: 1.5 }}
        >
          <Age what={what} receivedAt={shown.receivedAt} capturedAt={shown.capturedAt} />
          {newer && <span>its original still waits on the camera</span>}
          {shown.clock !== "synced" && <span>camera’s clock: {shown.clock}</span>}
        </Typography>
      )}
    </Box>
  );
}

function Age({
  what,
  receivedAt,
  capturedAt,
}: {
  readonly what: string;
  readonly receivedAt: string;
  readonly capturedAt: string;
}) {
  const now = useServerNow();
  const received = instant(receivedAt);
  const captured = instant(capturedAt);
  return (
    <>
      {received !== null && (
        <Box component="span" sx={{ color: "text.primary", fontWeight: 600 }}>
          {what}, arrived {formatAge(received, now)}
        </Box>
      )}
      {captured !== null && <time dateTime={capturedAt}>captured {formatInstant(captured, now)}</time>}
    </>
  );
}

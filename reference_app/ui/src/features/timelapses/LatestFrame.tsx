import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { CameraIcon } from "../../design/icons.tsx";
import { formatAge, formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../live/useServerNow.ts";
import type { LatestFrame_timelapse$key } from "./__generated__/LatestFrame_timelapse.graphql";

/** The newest frame, as big as the page allows, with its age. */
export function LatestFrame({ timelapse }: { readonly timelapse: LatestFrame_timelapse$key }) {
  const { latestFrame: frame, camera } = useFragment(
    graphql`
      fragment LatestFrame_timelapse on Timelapse {
        camera {
          name
        }
        latestFrame {
          sequence
          capturedAt
          receivedAt
          clock
          width
          height
          imageUrl
        }
      }
    `,
    timelapse,
  );
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
        {frame ? (
          <img
            data-testid="camera-latest-frame"
            src={frame.imageUrl}
            alt={`Frame ${String(frame.sequence)}, the latest of ${camera.name}`}
            decoding="sync"
            style={{ display: "block", width: "100%", height: "100%", objectFit: "contain" }}
          />
        ) : (
          <EmptyState icon={<CameraIcon sx={{ color: "#e8ebe9" }} />} title="No frame yet">
            <Box component="span" sx={{ color: "#b5bdb9" }}>
              The first one appears here by itself as soon as {camera.name} sends it.
            </Box>
          </EmptyState>
        )}
      </Box>
      {frame && (
        <Typography
          component="figcaption"
          variant="caption"
          sx={{ color: "text.secondary", mt: 1, display: "flex", flexWrap: "wrap", columnGap: 1.5 }}
        >
          <Age receivedAt={frame.receivedAt} capturedAt={frame.capturedAt} />
          <span>Frame {frame.sequence}</span>
          <span>
            {frame.width}×{frame.height}
          </span>
          {frame.clock.toLowerCase() !== "synced" && <span>camera’s clock: {frame.clock.toLowerCase()}</span>}
        </Typography>
      )}
    </Box>
  );
}

/** Age counts from the arrival, by the server's own clock; the camera's clock may be wrong. */
function Age({ receivedAt, capturedAt }: { readonly receivedAt: string; readonly capturedAt: string }) {
  const now = useServerNow();
  const received = instant(receivedAt);
  const captured = instant(capturedAt);
  return (
    <>
      {received !== null && (
        <Box component="span" data-testid="frame-age" sx={{ color: "text.primary", fontWeight: 600 }}>
          Arrived {formatAge(received, now)}
        </Box>
      )}
      {captured !== null && <time dateTime={capturedAt}>captured {formatInstant(captured, now)}</time>}
    </>
  );
}

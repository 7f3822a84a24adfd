import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";

import { formatAge, formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../live/useServerNow.ts";

interface Props {
  /** The text before the age, for example `Received`. */
  readonly label: string;
  readonly receivedAt: string;
  readonly capturedAt: string;
}

/** When a frame was received and captured. The age is by the server's clock, because the camera's may be wrong. */
export function FrameTimes({ label, receivedAt, capturedAt }: Props) {
  const now = useServerNow();
  const received = instant(receivedAt);
  const captured = instant(capturedAt);
  return (
    <>
      {received !== null && (
        <Box component="span" sx={{ color: "text.primary", fontWeight: 600 }}>
          {label} {formatAge(received, now)}
        </Box>
      )}
      {captured !== null && <time dateTime={capturedAt}>{t`captured ${formatInstant(captured, now)}`}</time>}
    </>
  );
}

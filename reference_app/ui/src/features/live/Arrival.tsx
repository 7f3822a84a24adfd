import Box from "@mui/material/Box";

import { formatAge, formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "./useServerNow.ts";

interface Props {
  /** What it says before the age, as `Arrived`. */
  readonly word: string;
  readonly receivedAt: string;
  readonly capturedAt: string;
}

/** Age counts from the arrival, by the server's own clock; the camera's clock may be wrong. */
export function Arrival({ word, receivedAt, capturedAt }: Props) {
  const now = useServerNow();
  const received = instant(receivedAt);
  const captured = instant(capturedAt);
  return (
    <>
      {received !== null && (
        <Box component="span" sx={{ color: "text.primary", fontWeight: 600 }}>
          {word} {formatAge(received, now)}
        </Box>
      )}
      {captured !== null && <time dateTime={capturedAt}>captured {formatInstant(captured, now)}</time>}
    </>
  );
}

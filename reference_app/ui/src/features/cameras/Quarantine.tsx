import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { formatNumber } from "../../lib/rate.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { Quarantine_camera$key } from "./__generated__/Quarantine_camera.graphql";

/** The files that the camera sent and that the server could not use, each with its reason. */
export function Quarantine({ camera }: { readonly camera: Quarantine_camera$key }) {
  const { quarantined, quarantinedCount } = useFragment(
    graphql`
      fragment Quarantine_camera on Camera {
        quarantinedCount
        quarantined {
          id
          name
          message
          bytes
          at
          kept
        }
      }
    `,
    camera,
  );
  const now = useServerNow();
  if (quarantined.length === 0) return null;
  return (
    <Panel title={t`Quarantine`} aside={<span>{formatNumber(quarantinedCount)}</span>}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.25 }}>
        {quarantined.map((file) => (
          <Box component="li" key={file.id} data-testid="quarantined" sx={{ overflowWrap: "anywhere" }}>
            <Typography component="span" sx={{ fontWeight: 600 }}>
              {file.name}
            </Typography>
            <Typography variant="body2">{file.message}</Typography>
            <Typography variant="caption" sx={{ color: "text.secondary" }}>
              {formatBytes(file.bytes)}, {formatAge(instant(file.at) ?? now, now)}
              {!file.kept && `; ${t`file deleted to free space`}`}
            </Typography>
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { CameraLog_camera$key } from "./__generated__/CameraLog_camera.graphql";

/** The latest messages of the agent's log that have been delivered. */
export function CameraLog({ camera }: { readonly camera: CameraLog_camera$key }) {
  const { log } = useFragment(
    graphql`
      fragment CameraLog_camera on Camera {
        log(last: 100) {
          id
          at
          name
          message
        }
      }
    `,
    camera,
  );
  const now = useServerNow();
  if (log.length === 0) return null;
  return (
    <Panel title={t`Agent log`}>
      <Box
        component="ol"
        // Scrolls by itself, so it must be reachable by keyboard.
        tabIndex={0}
        aria-label={t`Log messages, oldest first`}
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          maxHeight: 320,
          overflowY: "auto",
          fontFamily: "ui-monospace, monospace",
          fontSize: "0.8rem",
        }}
      >
        {log.map((message) => (
          <Box
            component="li"
            key={message.id}
            data-testid="log-message"
            sx={{ overflowWrap: "anywhere", py: 0.25 }}
          >
            <Box component="time" dateTime={message.at} sx={{ color: "text.secondary" }}>
              {formatInstant(instant(message.at) ?? now, now)}
            </Box>{" "}
            <strong>{message.name}</strong> {message.message}
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

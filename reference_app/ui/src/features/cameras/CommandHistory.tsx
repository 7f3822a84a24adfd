import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { humanize } from "../../lib/words.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { CommandHistory_camera$key } from "./__generated__/CommandHistory_camera.graphql";

const tones: Partial<Record<string, Tone>> = { done: "good", failed: "bad", running: "attention" };

/** The commands that were issued to the agent: by whom, when, and with what result. */
export function CommandHistory({ camera }: { readonly camera: CommandHistory_camera$key }) {
  const { commands } = useFragment(
    graphql`
      fragment CommandHistory_camera on Camera {
        commands {
          id
          label
          state
          message
          requestedBy
          requestedAt
          sentAt
        }
      }
    `,
    camera,
  );
  const now = useServerNow();
  if (commands.length === 0) return null;
  const ago = (at: string) => formatAge(instant(at) ?? now, now);
  return (
    <Panel title={t`Command history`}>
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.25 }}>
        {commands.map((command) => (
          <Box component="li" key={command.id} data-testid="command" data-state={command.state}>
            <Box
              sx={{
                display: "flex",
                flexWrap: "wrap",
                columnGap: 1.5,
                alignItems: "baseline",
                justifyContent: "space-between",
              }}
            >
              <Typography component="span" sx={{ fontWeight: 600 }}>
                {command.label}
              </Typography>
              <StateBadge tone={tones[command.state] ?? "quiet"} label={humanize(command.state)} />
            </Box>
            <Typography variant="body2" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
              {t`requested by ${command.requestedBy}, ${ago(command.requestedAt)}`}
              {command.state === "waiting" &&
                `; ${command.sentAt === null ? t`sent with the next heartbeat` : t`sent, no answer yet`}`}
              {command.message !== "" && `: ${command.message}`}
            </Typography>
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

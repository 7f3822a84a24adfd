import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, inLocalTime, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import type { CausedSteps_why$key } from "./__generated__/CausedSteps_why.graphql";
import { useServerNow } from "../live/useServerNow.ts";

/** How far a line is indented at most, so that the innermost are read on a phone, too. */
const deepest = 4;

/** What a request caused, from the click to the encoder: each line with when, how long and how it ended. */
export function CausedSteps({ why }: { readonly why: CausedSteps_why$key }) {
  const { caused } = useFragment(
    graphql`
      fragment CausedSteps_why on Why {
        caused {
          note
          logUrl
          steps {
            id
            depth
            message
            at
            durationSeconds
            outcome
            isCause
            failure
          }
        }
      }
    `,
    why,
  );
  const now = useServerNow();
  if (!caused) return null;
  return (
    <Box component="details" data-testid="caused" sx={{ fontSize: "0.86rem", minWidth: 0 }}>
      <summary>{t`What this request caused`}</summary>
      <Box component="ol" sx={{ m: 0, mt: 1, p: 0, listStyle: "none", display: "grid", gap: 0.75 }}>
        {caused.steps.map((step) => (
          <Box
            component="li"
            key={step.id}
            data-testid="caused-step"
            data-cause={step.isCause}
            sx={{
              ml: 1.5 * Math.min(step.depth, deepest),
              pl: 1.25,
              borderLeft: 3,
              borderColor: step.isCause ? "error.main" : "divider",
              overflowWrap: "anywhere",
            }}
          >
            {step.message}{" "}
            <Box component="span" sx={{ color: "text.secondary" }}>
              {facts(step, now)}
            </Box>
            {step.failure !== "" && <Box sx={{ fontWeight: 600 }}>{inLocalTime(step.failure, now)}</Box>}
          </Box>
        ))}
      </Box>
      {caused.note !== "" && (
        <Typography variant="caption" component="p" sx={{ color: "text.secondary", mt: 0.5 }}>
          {caused.note}
        </Typography>
      )}
      {caused.logUrl != null && (
        <Link
          href={caused.logUrl}
          variant="body2"
          sx={{ display: "inline-block", mt: 0.75 }}
        >{t`All of it in the log`}</Link>
      )}
    </Box>
  );
}

interface Times {
  readonly at: string | null | undefined;
  readonly durationSeconds: number | null | undefined;
  readonly outcome: string;
}

function facts({ at, durationSeconds, outcome }: Times, now: number): string {
  const began = instant(at);
  return [
    began === null ? null : formatAge(began, now),
    typeof durationSeconds !== "number"
      ? null
      : durationSeconds < 1
        ? t`under a second`
        : t`took ${formatDuration(Math.round(durationSeconds))}`,
    outcome,
  ]
    .filter((fact) => fact !== null)
    .join(" · ");
}

import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { Facts } from "../../design/Facts.tsx";
import { Panel } from "../../design/Panel.tsx";
import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount } from "../../lib/rate.ts";
import { humanize } from "../../lib/words.ts";
import { Reasons } from "../live/Reasons.tsx";
import { useServerNow } from "../live/useServerNow.ts";
import type { CameraConfiguration_camera$key } from "./__generated__/CameraConfiguration_camera.graphql";
import { ConfigurationForm } from "./ConfigurationForm.tsx";
import { tableOf } from "./tables.ts";

/** What is wished of the agent, whether it has taken it, and a form to change it. */
export function CameraConfiguration({ camera }: { readonly camera: CameraConfiguration_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraConfiguration_camera on Camera {
        configRevision
        configError
        configuration {
          revision
          intervalSeconds
          schedule
          exposure
          delivery
          wishedBy
          wishedAt
        }
        configureBlockers {
          ...Reasons_reasons
        }
        ...ConfigurationForm_camera
      }
    `,
    camera,
  );
  const [editing, setEditing] = useState(false);
  const { configuration, configRevision, configError, configureBlockers } = data;
  if (editing) {
    return (
      <Panel title="Change how it films">
        <ConfigurationForm
          camera={data}
          onClose={() => {
            setEditing(false);
          }}
        />
      </Panel>
    );
  }
  return (
    <Panel title="How it films">
      {configError !== "" && (
        <Alert severity="error" variant="outlined" sx={{ mb: 1.5 }} data-testid="config-error">
          The agent refused revision {configuration.revision}: {configError}
        </Alert>
      )}
      <Facts
        facts={[
          ["Interval", formatDuration(configuration.intervalSeconds)],
          ["Windows", windows(configuration.schedule)],
          ["Exposure", mode(configuration.exposure)],
          ["Delivery", summary(configuration.delivery)],
          [
            "Revision",
            <Taken
              key="taken"
              wished={configuration.revision}
              taken={configRevision}
              refused={configError !== ""}
            />,
          ],
        ]}
      />
      {configuration.wishedBy && <WishedBy who={configuration.wishedBy} at={configuration.wishedAt} />}
      <Box sx={{ mt: 1.5 }}>
        {configureBlockers.length === 0 ? (
          <Button
            size="small"
            variant="outlined"
            onClick={() => {
              setEditing(true);
            }}
          >
            Change
          </Button>
        ) : (
          <Reasons reasons={configureBlockers} />
        )}
      </Box>
    </Panel>
  );
}

function Taken({
  wished,
  taken,
  refused,
}: {
  readonly wished: number;
  readonly taken: number;
  readonly refused: boolean;
}) {
  if (taken >= wished) return <StateBadge tone="good" word={String(wished)} detail="taken by the agent" />;
  return refused ? (
    <StateBadge tone="bad" word={String(wished)} detail="refused by the agent" />
  ) : (
    <StateBadge tone="attention" word={String(wished)} detail="goes with its next heartbeat" />
  );
}

function WishedBy({ who, at }: { readonly who: string; readonly at: string | null | undefined }) {
  const now = useServerNow();
  const when = instant(at);
  return (
    <Typography variant="caption" component="p" sx={{ color: "text.secondary", m: 0, mt: 1 }}>
      wished by {who}
      {when !== null && `, ${formatAge(when, now)}`}
    </Typography>
  );
}

function windows(schedule: unknown): string {
  const listed = tableOf(schedule).windows;
  if (schedule === null) return "as its own settings say";
  return Array.isArray(listed) && listed.length > 0 ? listed.join("; ") : "always";
}

function mode(exposure: unknown): string {
  const wished = tableOf(exposure).mode;
  return typeof wished === "string" ? humanize(wished) : "as its own settings say";
}

function summary(delivery: unknown): string {
  const { rate_kib_s: rate, ordered, parallel, ...others } = tableOf(delivery);
  const words = Object.entries(others).map(([key, value]) => `${humanize(key)}: ${String(value)}`);
  if (typeof parallel === "number") words.push(`${formatCount(parallel, "upload")} at once`);
  if (typeof ordered === "boolean") words.push(ordered ? "strictly in order" : "may be passed");
  if (typeof rate === "number" && rate > 0) words.push(`at most ${String(rate)} KiB/s`);
  return words.length === 0 ? "as its own settings say" : words.join("; ");
}

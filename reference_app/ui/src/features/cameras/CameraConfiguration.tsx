import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { PropertyList } from "../../design/PropertyList.tsx";
import { Panel } from "../../design/Panel.tsx";
import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount } from "../../lib/rate.ts";
import { Reasons } from "../live/Reasons.tsx";
import { useServerNow } from "../live/useServerNow.ts";
import type {
  CameraConfiguration_camera$data,
  CameraConfiguration_camera$key,
} from "./__generated__/CameraConfiguration_camera.graphql";
import { ConfigurationForm } from "./ConfigurationForm.tsx";
import { choiceLabel } from "./settings.ts";

/** What applies where the server sets nothing: the agent's own configuration file. */
const NOT_SET = "Not set (agent’s own setting)";

/** The desired configuration, whether the agent has applied it, and a form to change it. */
export function CameraConfiguration({ camera }: { readonly camera: CameraConfiguration_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraConfiguration_camera on Camera {
        configRevision
        configError
        configuration {
          revision
          intervalSeconds
          schedule {
            windows
          }
          exposure {
            mode
          }
          delivery {
            when
            windows
            networks
            rateKibPerSecond
            parallel
            ordered
          }
          updatedBy
          updatedAt
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
      <Panel title="Change configuration">
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
    <Panel title="Configuration">
      {configError !== "" && (
        <Alert severity="error" variant="outlined" sx={{ mb: 1.5 }} data-testid="config-error">
          The agent refused revision {configuration.revision}: {configError}
        </Alert>
      )}
      <PropertyList
        properties={[
          ["Interval", formatDuration(configuration.intervalSeconds)],
          ["Windows", windows(configuration.schedule)],
          ["Exposure", mode(configuration.exposure)],
          ["Delivery", summary(configuration.delivery)],
          [
            "Revision",
            <RevisionStatus
              key="revision"
              desired={configuration.revision}
              applied={configRevision}
              refused={configError !== ""}
            />,
          ],
        ]}
      />
      {configuration.updatedBy && <LastChange who={configuration.updatedBy} at={configuration.updatedAt} />}
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

function RevisionStatus({
  desired,
  applied,
  refused,
}: {
  readonly desired: number;
  readonly applied: number;
  readonly refused: boolean;
}) {
  if (applied >= desired) return <StateBadge tone="good" label={String(desired)} detail="applied" />;
  return refused ? (
    <StateBadge tone="bad" label={String(desired)} detail="refused by the agent" />
  ) : (
    <StateBadge tone="attention" label={String(desired)} detail="sent with the next heartbeat" />
  );
}

function LastChange({ who, at }: { readonly who: string; readonly at: string | null | undefined }) {
  const now = useServerNow();
  const when = instant(at);
  return (
    <Typography variant="caption" component="p" sx={{ color: "text.secondary", m: 0, mt: 1 }}>
      Last changed by {who}
      {when !== null && `, ${formatAge(when, now)}`}
    </Typography>
  );
}

type Configuration = CameraConfiguration_camera$data["configuration"];

function windows(schedule: Configuration["schedule"]): string {
  if (!schedule) return NOT_SET;
  const listed = schedule.windows ?? [];
  return listed.length > 0 ? listed.join("; ") : "always";
}

function mode(exposure: Configuration["exposure"]): string {
  return exposure?.mode ? choiceLabel("exposure", "mode", exposure.mode) : NOT_SET;
}

function summary(delivery: Configuration["delivery"]): string {
  const { when, windows, networks, rateKibPerSecond: rate, ordered, parallel } = delivery ?? {};
  const parts = [
    when ? choiceLabel("delivery", "when", when) : "",
    (windows ?? []).join(", "),
    networks && networks.length > 0 ? `over ${networks.join(", ")}` : "",
    parallel ? formatCount(parallel, "parallel upload") : "",
    typeof ordered === "boolean" ? (ordered ? "strict order" : "flexible order") : "",
    rate ? `at most ${String(rate)} KiB/s` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? NOT_SET : parts.join("; ");
}

import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { PropertyList } from "../../design/PropertyList.tsx";
import { Panel } from "../../design/Panel.tsx";
import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount } from "../../lib/rate.ts";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import { TransitionButton } from "../../shared/transitions/TransitionButton.tsx";
import { useQuestions } from "../../shared/transitions/useQuestions.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import { WhyButton } from "../../shared/why/WhyButton.tsx";
import type {
  CameraConfiguration_camera$data,
  CameraConfiguration_camera$key,
} from "./__generated__/CameraConfiguration_camera.graphql";
import { CaptureForecast } from "./CaptureForecast.tsx";
import { CONFIGURE, ConfigurationDialog } from "./ConfigurationDialog.tsx";

/** What applies where the server sets nothing: the agent's own configuration file. */
const notSet = () => t`Not set (agent’s own setting)`;

/** The desired configuration, whether the agent has applied it, and a form to change it. */
export function CameraConfiguration({ camera }: { readonly camera: CameraConfiguration_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraConfiguration_camera on Camera {
        state
        configRevision
        configError
        configuration {
          revision
          intervalSeconds
          schedule {
            windows
          }
          exposure {
            modeLabel
          }
          delivery {
            whenLabel
            windows
            networks
            rateKibPerSecond
            parallel
            ordered
          }
          updatedBy
          updatedAt
        }
        id
        ...usePossibility_object
        availableTransitions {
          name
          ...isForOthers_transition
          ...TransitionButton_transition
        }
      }
    `,
    camera,
  );
  // A live update doesn't take the form away.
  const [isEdited, setEdited] = useState(false);
  const { questions, prepare, open, forget } = useQuestions();
  const { configuration, configRevision, configError } = data;
  const isRevoked = data.state === "revoked";
  const offer = data.availableTransitions.find(({ name }) => name === CONFIGURE);
  const close = () => {
    setEdited(false);
    forget();
  };
  return (
    <Panel title={t`Configuration`}>
      {configError !== "" && (
        <Alert
          severity="error"
          variant="outlined"
          sx={{ mb: 1.5 }}
          data-testid="config-error"
        >{t`The agent refused revision ${configuration.revision}: ${configError}`}</Alert>
      )}
      <PropertyList
        properties={[
          [t`Interval`, formatDuration(configuration.intervalSeconds)],
          [t`Windows`, windows(configuration.schedule)],
          [t`Exposure`, configuration.exposure?.modeLabel ?? notSet()],
          [t`Delivery`, summary(configuration.delivery)],
          [
            t`Revision`,
            <RevisionStatus
              key="revision"
              desired={configuration.revision}
              applied={configRevision}
              refused={configError !== ""}
              isRevoked={isRevoked}
            />,
          ],
        ]}
      />
      {!isRevoked && (
        <Box sx={{ mt: 1.5 }}>
          <CaptureForecast camera={data.id} revision={configuration.revision} />
        </Box>
      )}
      {configuration.updatedBy && <LastChange who={configuration.updatedBy} at={configuration.updatedAt} />}
      {offer && !isForOthers(offer) && (
        <Box sx={{ mt: 1.5, justifySelf: "start" }}>
          <TransitionButton
            transition={offer}
            label={t`Change`}
            size="small"
            busy={false}
            why={<WhyButton of={data.id} to={CONFIGURE} />}
            onIntent={() => {
              prepare(data.id, CONFIGURE);
            }}
            onPress={() => {
              open(data.id, CONFIGURE);
              setEdited(true);
            }}
          />
        </Box>
      )}
      {isEdited && questions !== null && (
        <ConfigurationDialog
          asked={questions}
          revision={configuration.revision}
          object={data}
          onRetry={() => {
            forget();
            open(data.id, CONFIGURE);
          }}
          onClose={close}
        />
      )}
    </Panel>
  );
}

function RevisionStatus({
  desired,
  applied,
  refused,
  isRevoked,
}: {
  readonly desired: number;
  readonly applied: number;
  readonly refused: boolean;
  readonly isRevoked: boolean;
}) {
  if (applied >= desired) return <StateBadge tone="good" label={String(desired)} detail={t`applied`} />;
  if (isRevoked) return <StateBadge tone="quiet" label={String(desired)} detail={t`not applied`} />;
  return refused ? (
    <StateBadge tone="bad" label={String(desired)} detail={t`refused by the agent`} />
  ) : (
    <StateBadge tone="attention" label={String(desired)} detail={t`sent with the next heartbeat`} />
  );
}

function LastChange({ who, at }: { readonly who: string; readonly at: string | null | undefined }) {
  const now = useServerNow();
  const when = instant(at);
  return (
    <Typography variant="caption" component="p" sx={{ color: "text.secondary", m: 0, mt: 1 }}>
      {t`Last changed by ${who}`}
      {when !== null && `, ${formatAge(when, now)}`}
    </Typography>
  );
}

type Configuration = CameraConfiguration_camera$data["configuration"];

function windows(schedule: Configuration["schedule"]): string {
  if (!schedule) return notSet();
  const listed = schedule.windows ?? [];
  return listed.length > 0 ? listed.join("; ") : t`always`;
}

/* eslint-disable-next-line lingui/no-unlocalized-strings -- a unit */
const UPLOAD = "parallel upload";

function summary(delivery: Configuration["delivery"]): string {
  const { whenLabel, windows, networks, rateKibPerSecond: rate, ordered, parallel } = delivery ?? {};
  const parts = [
    whenLabel ?? "",
    (windows ?? []).join(", "),
    networks && networks.length > 0 ? t`over ${networks.join(", ")}` : "",
    parallel ? formatCount(parallel, UPLOAD) : "",
    typeof ordered === "boolean" ? (ordered ? t`strict order` : t`flexible order`) : "",
    rate ? t`at most ${rate} KiB/s` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? notSet() : parts.join("; ");
}

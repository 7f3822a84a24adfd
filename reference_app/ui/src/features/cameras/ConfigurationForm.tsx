/* eslint-disable relay/unused-fields -- the form reads the settings by their names in settings.json */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useRef } from "react";
import { graphql, useFragment } from "react-relay";

import { humanize } from "../../lib/words.ts";
import type { ConfigurationForm_camera$key } from "./__generated__/ConfigurationForm_camera.graphql";
import { INTERVAL, SETTINGS } from "./settings.ts";
import { SettingField, SettingsFields } from "./SettingsFields.tsx";
import { useConfigureCamera } from "./useConfigureCamera.ts";

interface Props {
  readonly camera: ConfigurationForm_camera$key;
  readonly onClose: () => void;
}

/** The form for interval, schedule, exposure and delivery. The server's errors appear at their fields. */
export function ConfigurationForm({ camera, onClose }: Props) {
  const { id, configuration } = useFragment(
    graphql`
      fragment ConfigurationForm_camera on Camera {
        id
        configuration {
          intervalSeconds
          schedule {
            windows
            timezone
            latitude
            longitude
            start
            end
            burst
            burstSeconds
            bulbSeconds
          }
          exposure {
            mode
            shutterSeconds
            gain
            target
            nightStops
            stepStops
            longestSeconds
            highestGain
          }
          delivery {
            when
            windows
            networks
            rateKibPerSecond
            parallel
            ordered
            previews
          }
        }
      }
    `,
    camera,
  );
  const [configure, busy, errors] = useConfigureCamera();
  const submit = (filled: FormData) => {
    configure(id, filled, onClose);
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(); // the form is longer than a screen
  }, [errors]);
  const describe = (field: string, help: string) => {
    const error = errors.find((one) => one.field === field);
    return { error: error !== undefined, helperText: error ? `${error.message} ${error.remedy}` : help };
  };
  const general = errors.filter((error) => error.field === null);
  return (
    <Box
      component="form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
      sx={{ display: "grid", gap: 2, mt: 1 }}
    >
      {general.map((error) => (
        <Alert key={error.message} severity="error" variant="outlined">
          {error.message} {error.remedy}
        </Alert>
      ))}
      <SettingField
        setting={INTERVAL}
        name={INTERVAL.name}
        value={configuration.intervalSeconds}
        {...describe(INTERVAL.name, INTERVAL.help)}
      />
      {(["schedule", "exposure", "delivery"] as const).map((table) => (
        <SettingsFields
          key={table}
          title={humanize(table)}
          table={table}
          settings={SETTINGS[table]}
          values={configuration[table] ?? {}}
          describe={describe}
        />
      ))}
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </Box>
    </Box>
  );
}

import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useRef } from "react";
import { graphql, useFragment } from "react-relay";

import type { ConfigurationForm_camera$key } from "./__generated__/ConfigurationForm_camera.graphql";
import { DeliveryFields, deliveryOf } from "./DeliveryFields.tsx";
import { FieldGroup } from "./FieldGroup.tsx";
import { ChoiceSetting, NumberSetting } from "./fields.tsx";
import { text } from "./formValues.ts";
import { ScheduleFields, scheduleOf } from "./ScheduleFields.tsx";
import { tableOf, withValues } from "./tables.ts";
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
          schedule
          exposure
          delivery
        }
      }
    `,
    camera,
  );
  const [configure, busy, errors] = useConfigureCamera();
  const submit = (filled: FormData) => {
    configure(
      {
        camera: id,
        intervalSeconds: Number(text(filled, "interval").replace(",", ".")),
        schedule: withValues(configuration.schedule, scheduleOf(filled)),
        exposure: withValues(configuration.exposure, { mode: text(filled, "mode") }),
        delivery: withValues(configuration.delivery, deliveryOf(filled)),
      },
      onClose,
    );
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
      <NumberSetting
        label="Interval in seconds"
        name="interval"
        value={configuration.intervalSeconds}
        {...describe("intervalSeconds", "Time from one capture to the next.")}
      />
      <ScheduleFields schedule={tableOf(configuration.schedule)} describe={describe} />
      <FieldGroup title="Exposure">
        <ChoiceSetting
          label="Exposure mode"
          name="mode"
          value={tableOf(configuration.exposure).mode}
          choices={{ auto: "Auto", locked: "Locked", ramp: "Ramp" }}
          {...describe("exposure", "Ramp follows the light smoothly at dawn and dusk.")}
        />
      </FieldGroup>
      <DeliveryFields delivery={tableOf(configuration.delivery)} describe={describe} />
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </Box>
    </Box>
  );
}

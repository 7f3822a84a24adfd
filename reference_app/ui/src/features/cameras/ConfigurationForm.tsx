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

/** Wishes interval, schedule, exposure and delivery; what the server finds wrong stands at its field. */
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
  const wrong = (field: string) => errors.find((error) => error.field === field);
  const about = (field: string, otherwise: string) => {
    const error = wrong(field);
    return { error: error !== undefined, helperText: error ? `${error.message} ${error.remedy}` : otherwise };
  };
  const elsewhere = errors.filter((error) => error.field === null);
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
      {elsewhere.map((error) => (
        <Alert key={error.message} severity="error" variant="outlined">
          {error.message} {error.remedy}
        </Alert>
      ))}
      <NumberSetting
        label="Interval in seconds"
        name="interval"
        value={configuration.intervalSeconds}
        {...about("intervalSeconds", "From one picture to the next.")}
      />
      <ScheduleFields schedule={tableOf(configuration.schedule)} about={about} />
      <FieldGroup title="Light">
        <ChoiceSetting
          label="Exposure"
          name="mode"
          value={tableOf(configuration.exposure).mode}
          choices={{ auto: "Auto", locked: "Locked", ramp: "Ramp" }}
          {...about("exposure", "Ramp follows the light smoothly through dusk and dawn.")}
        />
      </FieldGroup>
      <DeliveryFields delivery={tableOf(configuration.delivery)} about={about} />
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy}>
          Save
        </Button>
        <Button onClick={onClose}>Leave as it is</Button>
      </Box>
    </Box>
  );
}

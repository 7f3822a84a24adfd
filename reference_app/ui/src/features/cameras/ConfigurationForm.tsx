import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { graphql, useFragment } from "react-relay";

import type { ConfigurationForm_camera$key } from "./__generated__/ConfigurationForm_camera.graphql";
import { linesOf, tableOf, withValues } from "./tables.ts";
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
  const schedule = tableOf(configuration.schedule);
  const submit = (form: FormData) => {
    const rate = text(form, "rate");
    configure(
      {
        camera: id,
        intervalSeconds: Number(text(form, "interval")),
        schedule: withValues(configuration.schedule, {
          windows: linesOf(text(form, "windows")),
          timezone: text(form, "timezone"),
        }),
        exposure: withValues(configuration.exposure, { mode: text(form, "mode") }),
        delivery: withValues(configuration.delivery, {
          networks: linesOf(text(form, "networks").replaceAll(",", ";")),
          rate_kib_s: rate === "" ? null : Number(rate),
        }),
      },
      onClose,
    );
  };
  const wrong = (field: string) => errors.find((error) => error.field === field);
  const about = (field: string, otherwise: string) => {
    const error = wrong(field);
    return { error: error !== undefined, helperText: error ? `${error.message} ${error.remedy}` : otherwise };
  };
  const elsewhere = errors.filter((error) => error.field === null);
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
      sx={{ display: "grid", gap: 2 }}
    >
      {elsewhere.map((error) => (
        <Alert key={error.message} severity="error" variant="outlined">
          {error.message} {error.remedy}
        </Alert>
      ))}
      <TextField
        label="Interval in seconds"
        name="interval"
        defaultValue={String(configuration.intervalSeconds)}
        autoComplete="off"
        slotProps={{ htmlInput: { inputMode: "decimal" } }}
        {...about("intervalSeconds", "From one picture to the next.")}
      />
      <TextField
        label="Windows"
        name="windows"
        multiline
        minRows={2}
        defaultValue={textsOf(schedule.windows).join("\n")}
        placeholder="mon-fri 06:30..20:00"
        {...about("schedule", "One a line, also sunrise-30m..sunset+30m. None: it films always.")}
      />
      <TextField
        label="Time zone"
        name="timezone"
        defaultValue={typeof schedule.timezone === "string" ? schedule.timezone : ""}
        placeholder="Europe/Zurich"
        autoComplete="off"
        helperText="Whose clock the windows are on. Empty: the agent's own."
      />
      <TextField
        select
        label="Exposure"
        name="mode"
        defaultValue={modeOf(configuration.exposure)}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        {...about("exposure", "Ramp follows the light smoothly through dusk and dawn.")}
      >
        <MenuItem value="">As its own settings say</MenuItem>
        <MenuItem value="auto">Auto</MenuItem>
        <MenuItem value="locked">Locked</MenuItem>
        <MenuItem value="ramp">Ramp</MenuItem>
      </TextField>
      <TextField
        label="Deliver over networks"
        name="networks"
        defaultValue={textsOf(tableOf(configuration.delivery).networks).join(", ")}
        placeholder="wlan0"
        autoComplete="off"
        {...about("delivery", "Interfaces, with commas. Empty: as its own settings say.")}
      />
      <TextField
        label="Bandwidth in KiB/s"
        name="rate"
        defaultValue={numberOf(tableOf(configuration.delivery).rate_kib_s)}
        autoComplete="off"
        slotProps={{ htmlInput: { inputMode: "numeric" } }}
        helperText="Empty: as its own settings say."
      />
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy}>
          Save
        </Button>
        <Button onClick={onClose}>Leave as it is</Button>
      </Box>
    </Box>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

function modeOf(exposure: unknown): string {
  const { mode } = tableOf(exposure);
  return typeof mode === "string" ? mode : "";
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function numberOf(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

import TextField from "@mui/material/TextField";

import { FieldGroup, FieldRow, LinesField } from "./FieldGroup.tsx";
import { numberOf, numeric, text, textOf } from "./formValues.ts";
import { linesOf, type Table } from "./tables.ts";

/** What a field says below it: its trouble, or what it is for. */
export type About = (field: string, otherwise: string) => { error: boolean; helperText: string };

/** Reads what ScheduleFields wishes. */
export function scheduleOf(form: FormData): Table {
  return {
    windows: linesOf(text(form, "windows")),
    timezone: text(form, "timezone"),
    latitude: numeric(form, "latitude"),
    longitude: numeric(form, "longitude"),
    start: text(form, "start"),
    end: text(form, "end"),
    burst: numeric(form, "burst"),
    burst_s: numeric(form, "burst_s"),
    bulb_s: numeric(form, "bulb_s"),
  };
}

/** When it films: windows by the clock or the sun, first and last day, bursts and long exposures. */
export function ScheduleFields({ schedule, about }: { readonly schedule: Table; readonly about: About }) {
  return (
    <FieldGroup title="Schedule">
      <LinesField
        label="Windows"
        name="windows"
        value={schedule.windows}
        placeholder="mon-fri 06:30..20:00"
        {...about(
          "schedule",
          "One a line, as mon-fri 06:30..20:00 or sunrise-30m..sunset+30m. None: it films always.",
        )}
      />
      <TextField
        label="Time zone"
        name="timezone"
        defaultValue={textOf(schedule.timezone)}
        placeholder="Europe/Zurich"
        autoComplete="off"
        helperText="Whose clock the windows are on. Empty: that of the agent's system."
      />
      <FieldRow>
        <Short
          label="Latitude"
          name="latitude"
          value={numberOf(schedule.latitude)}
          help="Degrees north, for the sun."
        />
        <Short
          label="Longitude"
          name="longitude"
          value={numberOf(schedule.longitude)}
          help="Degrees east, for the sun."
        />
      </FieldRow>
      <FieldRow>
        <Short label="First day" name="start" value={textOf(schedule.start)} help="As 2026-11-23." />
        <Short label="Last day" name="end" value={textOf(schedule.end)} help="As 2026-12-23." />
      </FieldRow>
      <FieldRow>
        <Short
          label="Burst"
          name="burst"
          value={numberOf(schedule.burst)}
          help="Pictures each time; empty: one."
        />
        <Short
          label="Seconds apart"
          name="burst_s"
          value={numberOf(schedule.burst_s)}
          help="Within a burst."
        />
        <Short
          label="Bulb in seconds"
          name="bulb_s"
          value={numberOf(schedule.bulb_s)}
          help="Each exposes so long; empty: as the light asks."
        />
      </FieldRow>
    </FieldGroup>
  );
}

interface ShortProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly help: string;
}

function Short({ label, name, value, help }: ShortProps) {
  return <TextField label={label} name={name} defaultValue={value} autoComplete="off" helperText={help} />;
}

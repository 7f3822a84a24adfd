import { FieldGroup, FieldRow } from "./FieldGroup.tsx";
import { LinesSetting, NumberSetting, TextSetting } from "./fields.tsx";
import { numeric, text } from "./formValues.ts";
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
      <LinesSetting
        label="Windows"
        name="windows"
        value={schedule.windows}
        placeholder="mon-fri 06:30..20:00"
        {...about(
          "schedule",
          "One a line, as mon-fri 06:30..20:00 or sunrise-30m..sunset+30m. None: it films always.",
        )}
      />
      <TextSetting
        label="Time zone"
        name="timezone"
        value={schedule.timezone}
        placeholder="Europe/Zurich"
        helperText="Whose clock the windows are on. Empty: that of the agent's system."
      />
      <FieldRow>
        <NumberSetting
          label="Latitude"
          name="latitude"
          value={schedule.latitude}
          helperText="Degrees north, for the sun."
        />
        <NumberSetting
          label="Longitude"
          name="longitude"
          value={schedule.longitude}
          helperText="Degrees east, for the sun."
        />
      </FieldRow>
      <FieldRow>
        <TextSetting label="First day" name="start" value={schedule.start} helperText="As 2026-11-23." />
        <TextSetting label="Last day" name="end" value={schedule.end} helperText="As 2026-12-23." />
      </FieldRow>
      <FieldRow>
        <NumberSetting
          label="Burst"
          name="burst"
          value={schedule.burst}
          helperText="Pictures each time; empty: one."
        />
        <NumberSetting
          label="Seconds apart"
          name="burst_s"
          value={schedule.burst_s}
          helperText="Within a burst."
        />
        <NumberSetting
          label="Bulb in seconds"
          name="bulb_s"
          value={schedule.bulb_s}
          helperText="Each exposes so long; empty: as the light asks."
        />
      </FieldRow>
    </FieldGroup>
  );
}

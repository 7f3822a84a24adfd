import { FieldGroup, FieldRow } from "./FieldGroup.tsx";
import { LinesSetting, NumberSetting, TextSetting } from "./fields.tsx";
import { numeric, text } from "./formValues.ts";
import { linesOf, type Table } from "./tables.ts";

/** The text below a field: its error, or else the help text. */
export type DescribeField = (field: string, help: string) => { error: boolean; helperText: string };

/** Reads the values of ScheduleFields from its form. */
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

/** When the camera captures: windows by clock or sun, first and last day, bursts and bulb exposures. */
export function ScheduleFields({
  schedule,
  describe,
}: {
  readonly schedule: Table;
  readonly describe: DescribeField;
}) {
  return (
    <FieldGroup title="Schedule">
      <LinesSetting
        label="Windows"
        name="windows"
        value={schedule.windows}
        placeholder="mon-fri 06:30..20:00"
        {...describe(
          "schedule",
          "One per line, for example mon-fri 06:30..20:00 or sunrise-30m..sunset+30m. Empty: always.",
        )}
      />
      <TextSetting
        label="Time zone"
        name="timezone"
        value={schedule.timezone}
        placeholder="Europe/Zurich"
        helperText="The time zone of the windows. Empty: the agent’s own."
      />
      <FieldRow>
        <NumberSetting
          label="Latitude"
          name="latitude"
          value={schedule.latitude}
          helperText="Degrees north, for sunrise and sunset."
        />
        <NumberSetting
          label="Longitude"
          name="longitude"
          value={schedule.longitude}
          helperText="Degrees east, for sunrise and sunset."
        />
      </FieldRow>
      <FieldRow>
        <TextSetting
          label="First day"
          name="start"
          value={schedule.start}
          helperText="YYYY-MM-DD. Empty: at once."
        />
        <TextSetting
          label="Last day"
          name="end"
          value={schedule.end}
          helperText="YYYY-MM-DD. Empty: no end."
        />
      </FieldRow>
      <FieldRow>
        <NumberSetting
          label="Burst"
          name="burst"
          value={schedule.burst}
          helperText="Captures per burst. Empty: 1."
        />
        <NumberSetting
          label="Seconds apart"
          name="burst_s"
          value={schedule.burst_s}
          helperText="Between captures of a burst."
        />
        <NumberSetting
          label="Bulb exposure"
          name="bulb_s"
          value={schedule.bulb_s}
          helperText="Seconds per exposure. Empty: automatic."
        />
      </FieldRow>
    </FieldGroup>
  );
}

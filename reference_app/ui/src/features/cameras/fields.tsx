import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";

import { textOf } from "./formValues.ts";
import type { Choice } from "./settings.ts";

interface Props {
  readonly label: string;
  readonly name: string;
  /** The setting's value from the server; null if it is not set. */
  readonly value: unknown;
  readonly helperText: string;
  readonly error?: boolean;
}

/** The field of a text setting. */
export function TextSetting({ value, ...field }: Props) {
  return <TextField defaultValue={textOf(value)} autoComplete="off" {...field} />;
}

/** The field of a numeric setting. */
export function NumberSetting({ value, ...field }: Props) {
  return (
    <TextField
      defaultValue={textOf(value)}
      autoComplete="off"
      slotProps={{ htmlInput: { inputMode: "decimal" } }}
      {...field}
    />
  );
}

/** The field of a list of texts, one per line. */
export function LinesSetting({ value, ...field }: Props) {
  return <TextField multiline minRows={2} defaultValue={textOf(value)} {...field} />;
}

interface ChoiceProps extends Props {
  readonly choices: readonly Choice[];
}

/** The field of a setting with a few values, or none. */
export function ChoiceSetting({ value, choices, ...field }: ChoiceProps) {
  return (
    <TextField
      select
      defaultValue={textOf(value)}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      {...field}
    >
      <MenuItem value="">Not set</MenuItem>
      {choices.map((choice) => (
        <MenuItem key={choice.value} value={choice.value}>
          {choice.label}
        </MenuItem>
      ))}
    </TextField>
  );
}

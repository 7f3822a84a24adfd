import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";

import { numberOf, textOf, textsOf } from "./formValues.ts";

interface Props {
  readonly label: string;
  readonly name: string;
  /** The setting's value from the server. A value of another type is shown as empty. */
  readonly value: unknown;
  readonly helperText: string;
  readonly error?: boolean;
  readonly placeholder?: string;
}

/** The field of a text setting. */
export function TextSetting({ value, ...field }: Props) {
  return <TextField defaultValue={textOf(value)} autoComplete="off" {...field} />;
}

/** The field of a numeric setting. */
export function NumberSetting({ value, ...field }: Props) {
  return (
    <TextField
      defaultValue={numberOf(value)}
      autoComplete="off"
      slotProps={{ htmlInput: { inputMode: "decimal" } }}
      {...field}
    />
  );
}

/** The field of a list of texts, one per line. */
export function LinesSetting({ value, ...field }: Props) {
  return <TextField multiline minRows={2} defaultValue={textsOf(value).join("\n")} {...field} />;
}

interface ChoiceProps extends Props {
  /** The label of each value. */
  readonly choices: Readonly<Record<string, string>>;
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
      {Object.entries(choices).map(([choice, label]) => (
        <MenuItem key={choice} value={choice}>
          {label}
        </MenuItem>
      ))}
    </TextField>
  );
}

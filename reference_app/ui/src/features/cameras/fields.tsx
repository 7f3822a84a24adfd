import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";

import { numberOf, textOf, textsOf } from "./formValues.ts";

interface Props {
  readonly label: string;
  readonly name: string;
  /** The setting as the server gives it; what is of another kind shows as empty. */
  readonly value: unknown;
  readonly helperText: string;
  readonly error?: boolean;
  readonly placeholder?: string;
}

/** A setting that is one text. */
export function TextSetting({ value, ...field }: Props) {
  return <TextField defaultValue={textOf(value)} autoComplete="off" {...field} />;
}

/** A setting that is a number. */
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

/** A setting that is a list of texts, one a line. */
export function LinesSetting({ value, ...field }: Props) {
  return <TextField multiline minRows={2} defaultValue={textsOf(value).join("\n")} {...field} />;
}

interface ChoiceProps extends Props {
  /** By what is sent: what it says. */
  readonly choices: Readonly<Record<string, string>>;
}

/** A setting that is one of a few words, or not wished. */
export function ChoiceSetting({ value, choices, ...field }: ChoiceProps) {
  return (
    <TextField
      select
      defaultValue={textOf(value)}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      {...field}
    >
      <MenuItem value="">Not wished</MenuItem>
      {Object.entries(choices).map(([sent, says]) => (
        <MenuItem key={sent} value={sent}>
          {says}
        </MenuItem>
      ))}
    </TextField>
  );
}

import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import InputAdornment from "@mui/material/InputAdornment";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { graphql, useFragment } from "react-relay";

import type { TransitionField_field$key } from "./__generated__/TransitionField_field.graphql";

interface Props {
  readonly field: TransitionField_field$key;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** The control for one value that a transition takes. A kind that this page doesn't know is asked for as text. */
export function TransitionField({ field, value, onChange }: Props) {
  const { kind, label, unit, minimum, maximum, choices, help } = useFragment(
    graphql`
      fragment TransitionField_field on InputField {
        kind
        label
        unit
        minimum
        maximum
        choices {
          value
          label
        }
        help
      }
    `,
    field,
  );
  if (kind === "YES_OR_NO") {
    return (
      <FormControlLabel
        label={label}
        control={
          <Checkbox
            checked={value === true}
            onChange={(event) => {
              onChange(event.target.checked);
            }}
          />
        }
      />
    );
  }
  if (kind === "CHOICE") {
    return (
      <TextField
        select
        label={label}
        helperText={help}
        value={choices.findIndex((choice) => choice.value === value)}
        onChange={(event) => {
          onChange(choices[Number(event.target.value)]?.value);
        }}
      >
        {choices.map((choice, index) => (
          <MenuItem key={choice.label} value={index}>
            {choice.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  const isNumber = kind === "NUMBER" || kind === "WHOLE_NUMBER";
  const limits = isNumber
    ? { min: minimum ?? undefined, max: maximum ?? undefined, step: kind === "NUMBER" ? "any" : 1 }
    : { minLength: minimum ?? undefined, maxLength: maximum ?? undefined };
  return (
    <TextField
      label={label}
      helperText={help}
      required={isNumber || (minimum ?? 0) > 0}
      type={isNumber ? "number" : "text"}
      autoComplete="off"
      value={typeof value === "string" || typeof value === "number" ? value : ""}
      onChange={(event) => {
        const text = event.target.value;
        onChange(isNumber && text !== "" ? Number(text) : text);
      }}
      slotProps={{
        htmlInput: limits,
        inputLabel: { required: false },
        input: unit === "" ? {} : { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> },
      }}
    />
  );
}

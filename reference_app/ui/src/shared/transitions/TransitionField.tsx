import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import InputAdornment from "@mui/material/InputAdornment";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { graphql, readInlineData } from "react-relay";

import { typedNumber } from "../../lib/numbers.ts";
import type { TransitionField_field$key } from "./__generated__/TransitionField_field.graphql";

interface Props {
  readonly field: TransitionField_field$key;
  readonly value: unknown;
  /** What is wrong with the value; empty if nothing is. */
  readonly error?: string;
  readonly onChange: (value: unknown) => void;
}

/** The control for one value that a transition takes. A kind that this page doesn't know is asked for as text. */
export function TransitionField({ field, value, error = "", onChange }: Props) {
  const { kind, label, unit, optional, multiline, choices, help } = readInlineData(
    graphql`
      fragment TransitionField_field on InputField @inline {
        kind
        label
        unit
        optional
        multiline
        choices {
          value
          label
        }
        help
      }
    `,
    field,
  );
  const shown = { label, error: error !== "", helperText: error === "" ? help : error };
  if (kind === "YES_OR_NO") {
    return (
      <FormControlLabel
        label={label}
        control={
          <Checkbox
            size="small"
            sx={{ my: -1 }} // one below the other they are a list
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
        {...shown}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        value={choices.findIndex((choice) => choice.value === value)}
        onChange={(event) => {
          onChange(choices[Number(event.target.value)]?.value ?? null);
        }}
      >
        {optional && <MenuItem value={-1}>{t`Not set`}</MenuItem>}
        {choices.map((choice, index) => (
          <MenuItem key={choice.label} value={index}>
            {choice.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  if (kind === "DATE_TIME") {
    return (
      <TextField
        {...shown}
        type="datetime-local"
        value={typeof value === "string" ? value : ""}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        slotProps={{ htmlInput: { step: 1 }, inputLabel: { shrink: true } }}
      />
    );
  }
  const isNumber = kind === "NUMBER" || kind === "WHOLE_NUMBER";
  return (
    <Box sx={multiline ? { gridColumn: "1 / -1", display: "grid" } : { display: "grid" }}>
      <TextField
        {...shown}
        multiline={multiline}
        minRows={multiline ? 2 : undefined}
        autoComplete="off"
        value={typeof value === "string" || typeof value === "number" ? value : ""}
        onChange={(event) => {
          const text = event.target.value;
          const number = isNumber ? typedNumber(text) : null;
          // "1." is kept as it is while it is typed.
          onChange(typeof number === "number" && String(number) === text ? number : text);
        }}
        slotProps={{
          htmlInput: {
            inputMode: isNumber ? "decimal" : undefined,
            pattern: isNumber ? "\\s*-?[0-9]*[.,]?[0-9]*\\s*" : undefined,
            "aria-label": unit === "" ? undefined : t`${label} in ${unit}`,
          },
          input: unit === "" ? {} : { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> },
          inputLabel: unit === "" ? {} : { shrink: true }, // else it would lie over the unit in a narrow field
        }}
      />
    </Box>
  );
}

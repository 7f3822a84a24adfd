import FormControl from "@mui/material/FormControl";
import InputLabel from "@mui/material/InputLabel";
import OutlinedInput, { type OutlinedInputProps } from "@mui/material/OutlinedInput";
import { useId } from "react";

type Props = Pick<OutlinedInputProps, "name" | "type" | "autoComplete" | "required" | "inputProps"> & {
  readonly label: string;
};

/**
 * A line of text with its label. MUI's TextField looks the same and brings menus along; the form that a first visit
 * meets needs none.
 */
export function TextInput({ label, required = false, ...input }: Props) {
  const id = useId();
  return (
    <FormControl size="small" fullWidth>
      <InputLabel htmlFor={id}>{label}</InputLabel>
      <OutlinedInput id={id} label={label} required={required} {...input} />
    </FormControl>
  );
}

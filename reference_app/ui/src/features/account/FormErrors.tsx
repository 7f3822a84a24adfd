import Alert from "@mui/material/Alert";

/** An error of a mutation, which may name a field of its form. */
export interface FieldError {
  readonly field: string | null | undefined;
  readonly message: string;
  readonly remedy: string;
}

/** What a text field shows of the errors that name it. */
export function ofField(errors: readonly FieldError[], name: string) {
  const found = errors.filter(({ field }) => field === name);
  return {
    name,
    error: found.length > 0,
    helperText: found.map(({ message, remedy }) => `${message} ${remedy}`).join(" "),
    slotProps: { inputLabel: { required: false } },
  };
}

/** The errors that name none of a form's fields. */
export function FormErrors({
  errors,
  fields,
}: {
  readonly errors: readonly FieldError[];
  readonly fields: readonly string[];
}) {
  return errors
    .filter(({ field }) => !fields.includes(field ?? ""))
    .map(({ message, remedy }) => (
      <Alert key={message} severity="error" variant="outlined">
        {message} {remedy}
      </Alert>
    ));
}

import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { useId, useState } from "react";
import { graphql, useFragment } from "react-relay";

import type { TransitionDialog_transition$key } from "./__generated__/TransitionDialog_transition.graphql";
import { TransitionField } from "./TransitionField.tsx";

interface Props {
  readonly transition: TransitionDialog_transition$key;
  readonly onApply: (input: Readonly<Record<string, unknown>>) => void;
  readonly onClose: () => void;
}

/** What a transition asks before it is applied: a confirmation, values, or both. */
export function TransitionDialog({ transition, onApply, onClose }: Props) {
  const data = useFragment(
    graphql`
      fragment TransitionDialog_transition on Transition {
        label
        kind
        confirm {
          title
          text
        }
        input {
          name
          default
          ...TransitionField_field
        }
      }
    `,
    transition,
  );
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(() =>
    Object.fromEntries(data.input.map((field) => [field.name, field.default])),
  );
  const titleId = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onApply(values);
        }}
      >
        <DialogTitle id={titleId}>{data.confirm?.title ?? data.label}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2 }}>
          {data.confirm && <DialogContentText>{data.confirm.text}</DialogContentText>}
          {data.input.map((field) => (
            <TransitionField
              key={field.name}
              field={field}
              value={values[field.name]}
              onChange={(value) => {
                setValues({ ...values, [field.name]: value });
              }}
            />
          ))}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog moves the focus into itself; here to the safe answer */}
          <Button onClick={onClose} autoFocus>
            Keep as it is
          </Button>
          <Button type="submit" variant="contained" color={data.kind === "DANGER" ? "error" : "primary"}>
            {data.label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { useId } from "react";
import { graphql, readInlineData } from "react-relay";
import { useLocation } from "wouter";

import type { TransitionDialog_transition$key } from "./__generated__/TransitionDialog_transition.graphql";
import type { usePossibility_object$key } from "./__generated__/usePossibility_object.graphql";
import { NoLongerPossible } from "./NoLongerPossible.tsx";
import { TransitionFields } from "./TransitionFields.tsx";
import { usePossibility } from "./usePossibility.ts";
import { useTransitionForm } from "./useTransitionForm.ts";

interface Props {
  readonly id: string;
  /** The object, which may change while the dialog is open. */
  readonly object: usePossibility_object$key;
  /** As it was when somebody chose it: a live update doesn't change what is being filled in. */
  readonly transition: TransitionDialog_transition$key;
  readonly onClose: () => void;
}

/**
 * What a transition asks before it is applied: a confirmation, values, or both. It stays open until then, also when
 * the server offers it no more, and says why. What was created is shown on its page, if it has one.
 */
export function TransitionDialog({ id, object, transition, onClose }: Props) {
  const data = readInlineData(
    graphql`
      fragment TransitionDialog_transition on Transition @inline {
        name
        label
        kind
        confirm {
          title
          text
        }
        ...TransitionFields_transition
        ...useTransitionForm_transition
      }
    `,
    transition,
  );
  const possibility = usePossibility(object, data.name);
  const [, navigate] = useLocation();
  const { values, set, submit, busy, errors } = useTransitionForm(id, data, (created) => {
    onClose();
    if (created !== null) navigate(created);
  });
  const isPossible = busy || (possibility.isOffered && possibility.refusal === null);
  const titleId = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogTitle id={titleId}>{data.confirm?.title ?? data.label}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2 }}>
          {data.confirm && <DialogContentText>{data.confirm.text}</DialogContentText>}
          {!isPossible && <NoLongerPossible of={id} transition={data.name} possibility={possibility} />}
          <TransitionFields transition={data} values={values} errors={errors} onChange={set} />
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog moves the focus into itself; here to the safe answer */}
          <Button onClick={onClose} autoFocus>{t`Keep as it is`}</Button>
          <Button
            type="submit"
            variant="contained"
            loading={busy}
            disabled={!isPossible}
            color={data.kind === "DANGER" ? "error" : "primary"}
          >
            {data.label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";
import { useLocation } from "wouter";

import type { TransitionDialog_transition$key } from "./__generated__/TransitionDialog_transition.graphql";
import { TransitionFields } from "./TransitionFields.tsx";
import { useTransitionForm } from "./useTransitionForm.ts";

interface Props {
  /** The id of the object. */
  readonly of: string;
  readonly transition: TransitionDialog_transition$key;
  readonly onClose: () => void;
}

/**
 * What a transition asks before it is applied: a confirmation, values, or both. It stays open until then.
 * What was created is shown on its page, if it has one.
 */
export function TransitionDialog({ of, transition, onClose }: Props) {
  const data = useFragment(
    graphql`
      fragment TransitionDialog_transition on Transition {
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
  const [, navigate] = useLocation();
  const { values, set, submit, busy, errors } = useTransitionForm(of, data, (created) => {
    onClose();
    if (created !== null) navigate(created);
  });
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
          <TransitionFields transition={data} values={values} errors={errors} onChange={set} />
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog moves the focus into itself; here to the safe answer */}
          <Button onClick={onClose} autoFocus>{t`Keep as it is`}</Button>
          <Button
            type="submit"
            variant="contained"
            loading={busy}
            color={data.kind === "DANGER" ? "error" : "primary"}
          >
            {data.label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { useId } from "react";
import { useLocation } from "wouter";

import { NoLongerPossible } from "./NoLongerPossible.tsx";
import { TransitionFields } from "./TransitionFields.tsx";
import type { Asked } from "./useAsk.ts";
import { usePossibility } from "./usePossibility.ts";
import { useTransitionForm } from "./useTransitionForm.ts";

interface Props extends Asked {
  readonly onClose: () => void;
}

/**
 * What a transition asks before it is applied: a confirmation, values, or both. It stays open until then, also when
 * the server offers it no more, and says why. What was created is shown on its page, if it has one.
 */
export function TransitionDialog({ id, object, transition, onClose }: Props) {
  const { name, label, kind, confirm } = transition;
  const { isGone, isAllowed } = usePossibility(object, name);
  const [, navigate] = useLocation();
  const { values, set, submit, busy, errors } = useTransitionForm(id, name, transition, (created) => {
    onClose();
    if (created !== null) navigate(created);
  });
  const isPossible = busy || isAllowed;
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
        <DialogTitle id={titleId}>{confirm?.title ?? label}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2 }}>
          {confirm && <DialogContentText>{confirm.text}</DialogContentText>}
          {!isPossible && <NoLongerPossible of={id} transition={name} isGone={isGone} />}
          <TransitionFields transition={transition} values={values} errors={errors} onChange={set} />
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog moves the focus into itself; here to the safe answer */}
          <Button onClick={onClose} autoFocus>{t`Keep as it is`}</Button>
          <Button
            type="submit"
            variant="contained"
            loading={busy}
            disabled={!isPossible}
            color={kind === "DANGER" ? "error" : "primary"}
          >
            {label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { useId, type ReactNode } from "react";
import { useLocation } from "wouter";

import { NoLongerPossible } from "./NoLongerPossible.tsx";
import { Questions, type AskingTransition } from "./Questions.tsx";
import { TransitionFields } from "./TransitionFields.tsx";
import type { Asked } from "./useAsk.ts";
import { usePossibility } from "./usePossibility.ts";
import type { AskedQuestions } from "./useQuestions.ts";
import { useTransitionForm } from "./useTransitionForm.ts";

interface Props extends Asked {
  /** The fields of the transition; null if it asks for nothing but a confirmation. */
  readonly questions: AskedQuestions | null;
  /** Asks the server for the fields once more. */
  readonly onRetry: () => void;
  readonly onClose: () => void;
}

/**
 * What a transition asks before it is applied: a confirmation, values, or both. It stays open until then, also when
 * the server offers it no more, and says why. What was created is shown on its page, if it has one.
 */
export function TransitionDialog({ questions, onRetry, ...asked }: Props) {
  const { transition, onClose } = asked;
  const titleId = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      {questions === null ? (
        <Form {...asked} titleId={titleId} fields={null} />
      ) : (
        <Questions
          asked={questions}
          onRetry={onRetry}
          around={(instead) => (
            <Frame transition={transition} titleId={titleId} onClose={onClose}>
              {instead}
            </Frame>
          )}
        >
          {(fields) => <Form {...asked} titleId={titleId} fields={fields} />}
        </Questions>
      )}
    </Dialog>
  );
}

interface FormProps extends Asked {
  readonly titleId: string;
  readonly fields: AskingTransition | null;
  readonly onClose: () => void;
}

function Form({ id, object, transition, values: given, titleId, fields, onClose }: FormProps) {
  const { name } = transition;
  const { isGone, isAllowed } = usePossibility(object, name);
  const [, navigate] = useLocation();
  const onDone = (created: string | null) => {
    onClose();
    if (created !== null) navigate(created);
  };
  const { values, set, submit, busy, errors } = useTransitionForm(id, name, fields, onDone, given);
  const isPossible = busy || isAllowed;
  return (
    <Frame
      transition={transition}
      titleId={titleId}
      busy={busy}
      onSubmit={isPossible ? submit : undefined}
      onClose={onClose}
    >
      {!isPossible && <NoLongerPossible of={id} transition={name} isGone={isGone} />}
      <TransitionFields transition={fields} values={values} errors={errors} onChange={set} />
    </Frame>
  );
}

interface FrameProps extends Pick<Asked, "transition"> {
  readonly titleId: string;
  readonly busy?: boolean;
  /** Undefined while it can't be done. */
  readonly onSubmit?: (() => void) | undefined;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

function Frame({ transition, titleId, busy = false, onSubmit, onClose, children }: FrameProps) {
  const { label, kind, confirm } = transition;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit?.();
      }}
    >
      <DialogTitle id={titleId}>{confirm?.title ?? label}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        {confirm && <DialogContentText>{confirm.text}</DialogContentText>}
        {children}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a question has the focus on the safe answer, a form before its first field */}
        <Button onClick={onClose} autoFocus={confirm != null}>
          {confirm ? t`Keep as it is` : t`Close`}
        </Button>
        <Button
          type="submit"
          variant="contained"
          loading={busy}
          disabled={!onSubmit}
          color={kind === "DANGER" ? "error" : "primary"}
        >
          {label}
        </Button>
      </DialogActions>
    </form>
  );
}

import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { lazy, Suspense, useId } from "react";

import { fetched } from "../../relay/code.ts";
import type { usePossibility_object$key } from "../../shared/transitions/__generated__/usePossibility_object.graphql";
import { NoLongerPossible } from "../../shared/transitions/NoLongerPossible.tsx";
import { Questions, type AskingTransition } from "../../shared/transitions/Questions.tsx";
import { TransitionFields } from "../../shared/transitions/TransitionFields.tsx";
import { usePossibility } from "../../shared/transitions/usePossibility.ts";
import type { AskedQuestions } from "../../shared/transitions/useQuestions.ts";
import { useTransitionForm } from "../../shared/transitions/useTransitionForm.ts";
import { CaptureForecast } from "./CaptureForecast.tsx";

const ScheduleEditor = lazy(async () => ({
  default: (await fetched(import("./ScheduleEditor.tsx"))).ScheduleEditor,
}));

/** The transition that changes the settings. */
export const CONFIGURE = "configure";
/** The setting below which its week is shown, and what follows from it. */
const WINDOWS = "schedule.windows";

interface FormProps {
  /** The camera's id. */
  readonly camera: string;
  /** The revision that is changed. */
  readonly revision: number;
  /** What the server asks for. */
  readonly transition: AskingTransition;
  /** The camera, which may change meanwhile. */
  readonly object: usePossibility_object$key;
  readonly onClose: () => void;
}

interface Props extends Pick<FormProps, "revision" | "object" | "onClose"> {
  readonly asked: AskedQuestions;
  /** Asks the server for the settings once more. */
  readonly onRetry: () => void;
}

/** All that the server asks for a camera's settings, as wide as there is room. A click beside it loses nothing. */
export function ConfigurationDialog({ asked, revision, object, onRetry, onClose }: Props) {
  const titleId = useId();
  return (
    <Dialog
      open
      aria-labelledby={titleId}
      maxWidth="lg"
      fullWidth
      onClose={(_, reason) => {
        if (reason === "escapeKeyDown") onClose();
      }}
    >
      <DialogTitle id={titleId}>{t`Change configuration`}</DialogTitle>
      <Questions
        asked={asked}
        onRetry={onRetry}
        around={(instead) => (
          <>
            <DialogContent>{instead}</DialogContent>
            <DialogActions sx={{ px: 3, pb: 2 }}>
              <Button onClick={onClose}>{t`Keep as it is`}</Button>
            </DialogActions>
          </>
        )}
      >
        {(transition) => (
          <ConfigurationForm
            camera={asked.variables.id}
            revision={revision}
            transition={transition}
            object={object}
            onClose={onClose}
          />
        )}
      </Questions>
    </Dialog>
  );
}

/** The form. Its errors appear at their fields. */
function ConfigurationForm({ camera, revision, transition, object, onClose }: FormProps) {
  const { values, filled, set, submit, busy, errors } = useTransitionForm(
    camera,
    CONFIGURE,
    transition,
    onClose,
  );
  const { isGone, isAllowed } = usePossibility(object, CONFIGURE);
  const isPossible = busy || isAllowed;
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      sx={{ display: "flex", flexDirection: "column", minHeight: 0 }}
    >
      <DialogContent sx={{ display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" }}>
        {!isPossible && <NoLongerPossible of={camera} transition={CONFIGURE} isGone={isGone} />}
        <Typography
          variant="caption"
          sx={{ color: "text.secondary" }}
        >{t`A group that is left empty keeps the agent’s own settings.`}</Typography>
        <TransitionFields
          transition={transition}
          values={values}
          errors={errors}
          onChange={set}
          below={{
            [WINDOWS]: (
              <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "minmax(0, 1fr)" }}>
                <Suspense fallback={null}>
                  <ScheduleEditor
                    camera={camera}
                    filled={filled}
                    onWindows={(windows) => {
                      set(WINDOWS, windows);
                    }}
                  />
                </Suspense>
                <CaptureForecast camera={camera} configuration={filled} revision={revision} />
              </Box>
            ),
          }}
        />
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        <Button onClick={onClose}>{t`Keep as it is`}</Button>
        <Button type="submit" variant="contained" loading={busy} disabled={!isPossible}>{t`Save`}</Button>
      </DialogActions>
    </Box>
  );
}

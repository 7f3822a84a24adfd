import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { lazy, Suspense } from "react";

import { fetched } from "../../relay/code.ts";
import type { usePossibility_object$key } from "../live/__generated__/usePossibility_object.graphql";
import { NoLongerPossible } from "../live/NoLongerPossible.tsx";
import type { AskingTransition } from "../live/Questions.tsx";
import { TransitionFields } from "../live/TransitionFields.tsx";
import { usePossibility } from "../live/usePossibility.ts";
import { useTransitionForm } from "../live/useTransitionForm.ts";
import { CaptureForecast } from "./CaptureForecast.tsx";

const ScheduleEditor = lazy(async () => ({
  default: (await fetched(import("./ScheduleEditor.tsx"))).ScheduleEditor,
}));

interface Props {
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

/** The transition that changes the settings. */
export const CONFIGURE = "configure";
/** The setting below which its week is shown, and what follows from it. */
const WINDOWS = "schedule.windows";

/** The form of all that the server asks for a camera's settings. Its errors appear at their fields. */
export function ConfigurationForm({ camera, revision, transition, object, onClose }: Props) {
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
      sx={{ display: "grid", gap: 2, mt: 1 }}
    >
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
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy} disabled={!isPossible}>{t`Save`}</Button>
        <Button onClick={onClose}>{t`Cancel`}</Button>
      </Box>
    </Box>
  );
}

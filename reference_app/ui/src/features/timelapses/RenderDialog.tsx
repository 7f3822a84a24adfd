import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { fromZonedInput, knownZone, toZonedInput } from "../../lib/zonedInput.ts";
import { TransitionField } from "../../shared/transitions/TransitionField.tsx";
import type { RenderDialogQuery } from "./__generated__/RenderDialogQuery.graphql";
import { defaultsOf, differing, sameValues, type Groups } from "./renderForm.ts";
import { RenderEstimate } from "./RenderEstimate.tsx";
import { SoundChoice, type ChosenSound } from "./SoundChoice.tsx";
import { useSettled } from "../../shared/pages/useSettled.ts";
import type { RenderTimelapseInput } from "./__generated__/useRenderTimelapseMutation.graphql";
import type { ChosenStretch } from "./StretchChoice.tsx";
import type { RenderOptions } from "./useRenderEstimate.ts";

interface Props {
  readonly timelapse: string;
  readonly frameCount: number;
  /** The part of the timelapse that is chosen at first; all of it without one. */
  readonly stretch?: ChosenStretch | null;
  /** Speed and size, which are chosen already. */
  readonly options: RenderOptions;
  readonly busy: boolean;
  readonly onRender: (options: RenderOptions & Pick<RenderTimelapseInput, "title" | "sound">) => void;
  readonly onClose: () => void;
}

/** The estimate is asked for again when a person has stopped typing for so long. */
const SETTLES_MS = 400;
const SECOND_MS = 1000;

/** Everything that can be chosen for a movie, as the server describes it, and what it costs. */
export function RenderDialog({
  timelapse,
  frameCount,
  stretch = null,
  options,
  busy,
  onRender,
  onClose,
}: Props) {
  const { node } = useLazyLoadQuery<RenderDialogQuery>(
    graphql`
      query RenderDialogQuery($id: ID!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            timezone
            renderForm {
              longestTitle
              firstCapturedAt
              lastCapturedAt
              ...SoundChoice_form
              presets {
                name
                label
                values
              }
              groups {
                name
                label
                fields {
                  name
                  # eslint-disable-next-line relay/unused-fields -- the form reads numbers by it
                  kind
                  # eslint-disable-next-line relay/unused-fields -- the form begins with it
                  default
                  ...TransitionField_field
                }
              }
            }
          }
        }
      }
    `,
    { id: timelapse },
    { fetchPolicy: "network-only" },
  );
  const titleId = useId();
  const form = node?.timelapse?.renderForm;
  const groups = form?.groups ?? [];
  const [values, setValues] = useState<Groups>(() => defaultsOf(groups));
  const [title, setTitle] = useState("");
  const [sound, setSound] = useState<ChosenSound | null>(null);
  // The end is not in the chosen time, and the fields have no fractions of a second.
  const zone = knownZone(node?.timelapse?.timezone);
  const first = toZonedInput(instantOf(form?.firstCapturedAt), zone);
  const last = toZonedInput(instantOf(form?.lastCapturedAt), zone, SECOND_MS);
  const [from, setFrom] = useState(stretch === null ? first : toZonedInput(stretch.from, zone));
  const [to, setTo] = useState(stretch === null ? last : toZonedInput(stretch.to, zone, SECOND_MS));
  const chosen = {
    ...options,
    ...differing(groups, values),
    from: from === first ? undefined : fromZonedInput(from, zone),
    to: to === last ? undefined : fromZonedInput(to, zone),
  };
  const settled = useSettled(chosen, SETTLES_MS);
  const presets = form?.presets ?? [];
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="sm" fullWidth>
      <Box
        component="form"
        sx={{ display: "flex", flexDirection: "column", minHeight: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          onRender({ ...chosen, title, ...(sound && { sound: soundInput(sound) }) });
        }}
      >
        <DialogTitle id={titleId}>{t`Options of the movie`}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2.5 }}>
          <Box sx={{ display: "grid", gap: 2, pt: 1 }}>
            <TextField
              select
              label={t`Made for`}
              value={presets.findIndex((preset) => sameValues(values, preset.values as Groups))}
              onChange={(event) => {
                const preset = presets[Number(event.target.value)];
                if (preset) setValues(preset.values as Groups);
              }}
            >
              <MenuItem value={-1} disabled>{t`My own choice`}</MenuItem>
              {presets.map((preset, index) => (
                <MenuItem key={preset.name} value={index}>
                  {preset.label}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              label={t`Title`}
              value={title}
              autoComplete="off"
              helperText={t`Empty: the movie is known by its number.`}
              onChange={(event) => {
                setTitle(event.target.value);
              }}
              slotProps={{ htmlInput: { maxLength: form?.longestTitle } }}
            />
          </Box>
          {groups.map((group, number) => (
            <Box
              component="fieldset"
              key={group.name}
              sx={{ border: 0, m: 0, p: 0, display: "grid", gap: 2 }}
            >
              <Typography component="legend" variant="h3" sx={{ mb: 1 }}>
                {group.label}
              </Typography>
              {number === 0 && (
                <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { sm: "1fr 1fr" } }}>
                  {(
                    [
                      [t`From`, from, setFrom],
                      [t`To`, to, setTo],
                    ] as const
                  ).map(([label, value, onChange]) => (
                    <TextField
                      key={label}
                      label={label}
                      type="datetime-local"
                      value={value}
                      helperText={t`By the clock of ${zone}, as the frames`}
                      onChange={(event) => {
                        onChange(event.target.value);
                      }}
                      slotProps={{ htmlInput: { step: 1 }, inputLabel: { shrink: true } }}
                    />
                  ))}
                </Box>
              )}
              {group.fields.map((field) => (
                <TransitionField
                  key={field.name}
                  field={field}
                  value={values[group.name]?.[field.name]}
                  onChange={(value) => {
                    setValues({ ...values, [group.name]: { ...values[group.name], [field.name]: value } });
                  }}
                />
              ))}
            </Box>
          ))}
          {form && <SoundChoice form={form} chosen={sound} onChange={setSound} />}
        </DialogContent>
        <Box sx={{ px: 3, pt: 1.5 }} role="status">
          <RenderEstimate timelapse={timelapse} frameCount={frameCount} options={settled} withLength />
        </Box>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          <Button onClick={onClose}>{t`Close`}</Button>
          <Button type="submit" variant="contained" loading={busy}>{t`Render`}</Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}

function soundInput({ sound: { sha256 }, values }: ChosenSound) {
  const filled = Object.entries(values).filter(([, value]) => value !== "");
  return { sha256, ...Object.fromEntries(filled) };
}

function instantOf(moment: string | null | undefined): number | null {
  return moment == null ? null : Date.parse(moment);
}

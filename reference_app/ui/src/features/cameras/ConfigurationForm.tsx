import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { TransitionFields } from "../live/TransitionFields.tsx";
import { useTransitionForm } from "../live/useTransitionForm.ts";
import type { ConfigurationForm_transition$key } from "./__generated__/ConfigurationForm_transition.graphql";

interface Props {
  /** The camera's id. */
  readonly camera: string;
  readonly transition: ConfigurationForm_transition$key;
  readonly onClose: () => void;
}

/** The form of all that the server asks for a camera's settings. Its errors appear at their fields. */
export function ConfigurationForm({ camera, transition, onClose }: Props) {
  const data = useFragment(
    graphql`
      fragment ConfigurationForm_transition on Transition {
        ...TransitionFields_transition
        ...useTransitionForm_transition
      }
    `,
    transition,
  );
  const { values, set, submit, busy, errors } = useTransitionForm(camera, data, onClose);
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
      <Typography variant="caption" sx={{ color: "text.secondary" }}>
        A group that is left empty keeps the agent’s own settings.
      </Typography>
      <TransitionFields transition={data} values={values} errors={errors} onChange={set} />
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button type="submit" variant="contained" loading={busy}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </Box>
    </Box>
  );
}

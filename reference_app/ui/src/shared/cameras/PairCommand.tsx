import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useRef } from "react";

import { useCopy } from "../../design/useCopy.ts";
import { isOfThisMachine } from "../../lib/address.ts";

/** The command that makes a camera's agent show a code, to paste on the camera's machine. */
export function PairCommand() {
  const field = useRef<HTMLInputElement>(null);
  const copy = useCopy(field);
  const { origin, hostname } = window.location;
  const command = `camera-agent pair ${origin}`;
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "start" }}>
      <TextField
        size="small"
        fullWidth
        label={t`On the camera’s machine, run`}
        value={command}
        inputRef={field}
        helperText={
          isOfThisMachine(hostname) &&
          t`${origin} is this machine. On another one, write the address by which it reaches this one.`
        }
        slotProps={{ htmlInput: { readOnly: true, style: { fontFamily: "monospace" } } }}
        onFocus={(event) => {
          event.target.select();
        }}
      />
      <Button
        size="small"
        variant="outlined"
        sx={{ flex: "none", minHeight: 40 }}
        onClick={() => {
          copy(command, t`Command`);
        }}
      >{t`Copy`}</Button>
    </Box>
  );
}

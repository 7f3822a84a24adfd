import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useState } from "react";

import { Panel } from "../../design/Panel.tsx";
import { formValue } from "../../lib/formValue.ts";
import { FormErrors, ofField } from "./FormErrors.tsx";
import { useChangePassword, type ChangeError } from "./useChangePassword.ts";

interface Props {
  /** Whose password it is, for the browser, which keeps it by the name. */
  readonly username: string;
}

/** Where a person changes their own password. */
export function PasswordPanel({ username }: Props) {
  const [change, busy] = useChangePassword();
  const [errors, setErrors] = useState<readonly ChangeError[]>([]);
  const [isChanged, setChanged] = useState(false);
  const submit = (form: HTMLFormElement) => {
    const given = new FormData(form);
    setErrors([]);
    setChanged(false);
    change(
      { current: formValue(given, "current"), password: formValue(given, "password") },
      {
        onDone: () => {
          form.reset();
          setChanged(true);
        },
        onRefused: setErrors,
      },
    );
  };
  return (
    <Panel title={t`Password`}>
      <Box
        component="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
        sx={{ display: "grid", gap: 2, maxWidth: 380 }}
      >
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        {isChanged && (
          <Alert
            severity="success"
            variant="outlined"
          >{t`Your password is changed. Wherever else you were signed in, you are signed out.`}</Alert>
        )}
        <FormErrors errors={errors} fields={["current", "password"]} />
        <TextField
          {...ofField(errors, "current")}
          label={t`Current password`}
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField
          {...ofField(errors, "password")}
          label={t`New password`}
          type="password"
          autoComplete="new-password"
          required
        />
        <Button
          type="submit"
          variant="contained"
          loading={busy}
          sx={{ justifySelf: "start" }}
        >{t`Change password`}</Button>
      </Box>
    </Panel>
  );
}

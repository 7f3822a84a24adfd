import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Link, Redirect } from "wouter";

import { CentredCard } from "../../design/CentredCard.tsx";
import { formValue } from "../../lib/formValue.ts";
import { PairCommand } from "../../shared/cameras/PairCommand.tsx";
import type { SetUpPageMutation } from "./__generated__/SetUpPageMutation.graphql";
import type { SetUpPageQuery } from "./__generated__/SetUpPageQuery.graphql";
import { FormErrors, ofField } from "./FormErrors.tsx";
import { useBeginSession } from "./useBeginSession.ts";

const FIELDS = ["code", "place", "username", "password"];

/** The first page of an app without an account: whoever runs the server makes the first one, and is signed in. */
export function SetUpPage({ queryRef }: { readonly queryRef: PreloadedQuery<SetUpPageQuery> }) {
  const { firstRun } = usePreloadedQuery<SetUpPageQuery>(
    graphql`
      query SetUpPageQuery {
        firstRun
      }
    `,
    queryRef,
  );
  const [isDone, setDone] = useState(false);
  if (isDone) return <FirstCamera />;
  if (!firstRun) return <Redirect to="/" replace />;
  return (
    <SetUpForm
      onDone={() => {
        setDone(true);
      }}
    />
  );
}

function SetUpForm({ onDone }: { readonly onDone: () => void }) {
  const { submit, busy, errors } = useBeginSession<"setUp", SetUpPageMutation>(
    graphql`
      mutation SetUpPageMutation($input: SetUpInput!) {
        setUp(input: $input) {
          me {
            ...AccountMenu_user
          }
          errors {
            field
            message
            remedy
          }
        }
      }
    `,
    "setUp",
    onDone,
  );
  const code = ofField(errors, "code");
  const place = ofField(errors, "place");
  return (
    <CentredCard
      title={t`Set up`}
      heading={t`Set up`}
      lead={t`Nobody has an account yet. Make the first one: it may do everything, and invites the others.`}
    >
      <Box
        component="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          submit({
            code: formValue(form, "code"),
            place: formValue(form, "place"),
            username: formValue(form, "username"),
            password: formValue(form, "password"),
          });
        }}
        sx={{ display: "grid", gap: 2 }}
      >
        <FormErrors errors={errors} fields={FIELDS} />
        <TextField
          {...code}
          label={t`Set-up code`}
          helperText={code.error ? code.helperText : t`The server printed it when it started.`}
          autoComplete="off"
          placeholder="ABCD-EFGH-JKLM"
          required
          slotProps={{ ...code.slotProps, htmlInput: { spellCheck: false, autoCapitalize: "characters" } }}
        />
        <TextField
          {...place}
          label={t`Name of the place`}
          helperText={place.error ? place.helperText : t`For example “Harbour site”. It may stay empty.`}
          autoComplete="off"
        />
        <TextField {...ofField(errors, "username")} label={t`Username`} autoComplete="username" required />
        <TextField
          {...ofField(errors, "password")}
          label={t`Password`}
          type="password"
          autoComplete="new-password"
          required
        />
        <Button type="submit" variant="contained" size="large" loading={busy}>{t`Make my account`}</Button>
      </Box>
    </CentredCard>
  );
}

function FirstCamera() {
  return (
    <CentredCard
      title={t`First camera`}
      heading={t`Now the first camera`}
      lead={t`You are signed in. Without a camera there is nothing to see yet.`}
    >
      <PairCommand />
      <Button
        component={Link}
        to="/pair"
        variant="contained"
        size="large"
      >{t`Enter the camera’s code`}</Button>
      <Button component={Link} to="/">{t`Later`}</Button>
    </CentredCard>
  );
}

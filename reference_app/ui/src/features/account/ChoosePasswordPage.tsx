import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { useLocation } from "wouter";

import { CentredCard } from "../../design/CentredCard.tsx";
import { formValue } from "../../lib/formValue.ts";
import type { ChoosePasswordPageMutation } from "./__generated__/ChoosePasswordPageMutation.graphql";
import type { ChoosePasswordPageQuery } from "./__generated__/ChoosePasswordPageQuery.graphql";
import { FormErrors, ofField } from "./FormErrors.tsx";
import { NoGoodLink } from "./NoGoodLink.tsx";
import { useBeginSession } from "./useBeginSession.ts";

/** Where the link to a new password leads: a person chooses it, and is signed in. */
export function ChoosePasswordPage({
  queryRef,
}: {
  readonly queryRef: PreloadedQuery<ChoosePasswordPageQuery>;
}) {
  const { linkedAccount } = usePreloadedQuery<ChoosePasswordPageQuery>(
    graphql`
      query ChoosePasswordPageQuery($token: String!) {
        linkedAccount(token: $token) {
          username
          errors {
            message
            remedy
          }
        }
      }
    `,
    queryRef,
  );
  const [, navigate] = useLocation();
  const { submit, busy, errors } = useBeginSession<"choosePassword", ChoosePasswordPageMutation>(
    graphql`
      mutation ChoosePasswordPageMutation($input: ChoosePasswordInput!) {
        choosePassword(input: $input) {
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
    "choosePassword",
    () => {
      navigate("/", { replace: true });
    },
  );
  const [refusal] = linkedAccount.errors;
  if (refusal !== undefined)
    return <NoGoodLink title={t`New password`} message={refusal.message} remedy={refusal.remedy} />;
  return (
    <CentredCard
      title={t`New password`}
      heading={t`Choose a password`}
      lead={t`For the account ${linkedAccount.username}. Wherever it is signed in now, it is signed out.`}
    >
      <Box
        component="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          submit({ token: queryRef.variables.token, password: formValue(form, "password") });
        }}
        sx={{ display: "grid", gap: 2 }}
      >
        <FormErrors errors={errors} fields={["password"]} />
        <input type="hidden" name="username" autoComplete="username" value={linkedAccount.username} />
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
          size="large"
          loading={busy}
        >{t`Set password and sign in`}</Button>
      </Box>
    </CentredCard>
  );
}

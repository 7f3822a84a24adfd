import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { useLocation } from "wouter";

import { CentredCard } from "../../design/CentredCard.tsx";
import { formValue } from "../../lib/formValue.ts";
import type { InvitationPageMutation } from "./__generated__/InvitationPageMutation.graphql";
import type { InvitationPageQuery } from "./__generated__/InvitationPageQuery.graphql";
import { FormErrors, ofField } from "./FormErrors.tsx";
import { NoGoodLink } from "./NoGoodLink.tsx";
import { useBeginSession } from "./useBeginSession.ts";

/** Where an invitation leads: a person chooses a name and a password, and is signed in. */
export function InvitationPage({ queryRef }: { readonly queryRef: PreloadedQuery<InvitationPageQuery> }) {
  const { welcome } = usePreloadedQuery<InvitationPageQuery>(
    graphql`
      query InvitationPageQuery($token: String!) {
        welcome(token: $token) {
          role
          invitedBy
          errors {
            message
            remedy
          }
        }
      }
    `,
    queryRef,
  );
  const [refusal] = welcome.errors;
  if (refusal !== undefined)
    return <NoGoodLink title={t`Invitation`} message={refusal.message} remedy={refusal.remedy} />;
  return (
    <CentredCard
      title={t`Invitation`}
      heading={t`Welcome`}
      lead={t`${welcome.invitedBy} invites you. Choose a name and a password for your account.`}
    >
      <Typography variant="body2">{welcome.role}</Typography>
      <AccountForm token={queryRef.variables.token} />
    </CentredCard>
  );
}

function AccountForm({ token }: { readonly token: string }) {
  const [, navigate] = useLocation();
  const { submit, busy, errors } = useBeginSession<"acceptInvitation", InvitationPageMutation>(
    graphql`
      mutation InvitationPageMutation($input: AcceptInvitationInput!) {
        acceptInvitation(input: $input) {
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
    "acceptInvitation",
    () => {
      navigate("/", { replace: true });
    },
  );
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        submit({ token, username: formValue(form, "username"), password: formValue(form, "password") });
      }}
      sx={{ display: "grid", gap: 2 }}
    >
      <FormErrors errors={errors} fields={["username", "password"]} />
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
  );
}

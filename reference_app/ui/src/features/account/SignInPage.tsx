import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Redirect, useLocation } from "wouter";

import { CentredCard } from "../../design/CentredCard.tsx";
import { TextInput } from "../../design/TextInput.tsx";
import { formValue } from "../../lib/formValue.ts";
import type { SignInPageQuery } from "./__generated__/SignInPageQuery.graphql";
import { useSignIn } from "./useSignIn.ts";

/** The sign-in page, unless nobody has an account yet. */
export function SignInOrSetUpPage({ queryRef }: { readonly queryRef: PreloadedQuery<SignInPageQuery> }) {
  const { firstRun } = usePreloadedQuery<SignInPageQuery>(
    graphql`
      query SignInPageQuery {
        firstRun
      }
    `,
    queryRef,
  );
  return firstRun ? <Redirect to="/set-up" replace /> : <SignInPage />;
}

/** The sign-in form. It then redirects to the page that was requested. */
export function SignInPage() {
  const [signIn, busy] = useSignIn();
  const [, navigate] = useLocation();
  const submit = (form: FormData) => {
    signIn(formValue(form, "username"), formValue(form, "password"), () => {
      navigate(pathOnly(new URLSearchParams(window.location.search).get("next")), { replace: true });
    });
  };
  return (
    <CentredCard
      title={t`Sign in`}
      heading={t`Sign in`}
      lead={t`Watch your cameras live and turn their frames into movies.`}
    >
      <Box
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
        sx={{ display: "grid", gap: 2 }}
      >
        <TextInput
          label={t`Username`}
          name="username"
          autoComplete="username"
          required
          inputProps={{ autoCapitalize: "none" }}
        />
        <TextInput
          label={t`Password`}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <Button type="submit" variant="contained" size="large" loading={busy}>{t`Sign in`}</Button>
      </Box>
    </CentredCard>
  );
}

/** Only a path of this site is followed, so that a crafted link can't lead elsewhere after signing in. */
function pathOnly(next: string | null): string {
  const here = window.location.origin;
  if (next === null || !URL.canParse(next, here)) return "/";
  // Parsed as browsers do, which drop tabs and turn backslashes round.
  const { origin, pathname, search, hash } = new URL(next, here);
  return origin === here && !pathname.startsWith("//") ? pathname + search + hash : "/";
}

import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearchParams } from "react-router";

import { Logo } from "../../design/Logo.tsx";
import { useSignIn } from "./useSignIn.ts";

/** The sign-in page. It then redirects to the page that was requested. */
export function SignInPage() {
  const [signIn, busy] = useSignIn();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const submit = (form: FormData) => {
    signIn(text(form, "username"), text(form, "password"), () => {
      void navigate(pathOnly(parameters.get("next")), { replace: true });
    });
  };
  return (
    <Box component="main" sx={{ minHeight: "100dvh", display: "grid", placeItems: "center", p: 2 }}>
      <title>Sign in · Timelapse</title>
      <Paper
        variant="outlined"
        sx={{ width: "100%", maxWidth: 380, p: { xs: 3, sm: 4 }, display: "grid", gap: 2.5 }}
      >
        <Logo />
        <Box>
          <Typography variant="h1">Sign in</Typography>
          <Typography variant="body2" sx={{ color: "text.secondary", mt: 0.5 }}>
            Watch your cameras live and turn their frames into movies.
          </Typography>
        </Box>
        <Box
          component="form"
          onSubmit={(event) => {
            event.preventDefault();
            submit(new FormData(event.currentTarget));
          }}
          sx={{ display: "grid", gap: 2 }}
        >
          <TextField
            label="Username"
            name="username"
            autoComplete="username"
            required
            slotProps={{ htmlInput: { autoCapitalize: "none" }, inputLabel: { required: false } }}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            slotProps={{ inputLabel: { required: false } }}
          />
          <Button type="submit" variant="contained" size="large" loading={busy}>
            Sign in
          </Button>
        </Box>
      </Paper>
    </Box>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** Only a path of this site is followed, so that a crafted link can't lead elsewhere after signing in. */
function pathOnly(next: string | null): string {
  const here = window.location.origin;
  if (next === null || !URL.canParse(next, here)) return "/";
  // Parsed as browsers do, which drop tabs and turn backslashes round.
  const { origin, pathname, search, hash } = new URL(next, here);
  return origin === here && !pathname.startsWith("//") ? pathname + search + hash : "/";
}

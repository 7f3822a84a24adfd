import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Link, useSearchParams } from "wouter";

import { PageHeader } from "../../design/PageHeader.tsx";
import { PairCommand } from "../../shared/cameras/PairCommand.tsx";
import { Reasons } from "../../shared/transitions/Reasons.tsx";
import type { PairPageQuery } from "./__generated__/PairPageQuery.graphql";
import { PairingRequestPanel } from "./PairingRequestPanel.tsx";
import { useApproveCamera } from "./useApproveCamera.ts";
import { usePairingRequest } from "./usePairingRequest.ts";

/** Where a person approves a camera by the code that it shows, after seeing what is let in. */
export function PairPage({ queryRef }: { readonly queryRef: PreloadedQuery<PairPageQuery> }) {
  const { blockers } = usePreloadedQuery<PairPageQuery>(
    graphql`
      query PairPageQuery {
        blockers(mutation: "approveCamera") {
          ...Reasons_reasons
        }
      }
    `,
    queryRef,
  );
  return (
    <Box sx={{ display: "grid", gap: 2.5, maxWidth: 520 }}>
      <PageHeader
        title={t`Pair a camera`}
        lead={t`The command shows a code. Enter it here, and approve only cameras that you own.`}
      />
      {blockers.length > 0 ? <Reasons reasons={blockers} /> : <PairForm />}
    </Box>
  );
}

function PairForm() {
  const [parameters] = useSearchParams();
  const [approve, busy] = useApproveCamera();
  const [paired, setPaired] = useState<string | null>(null);
  const linked = parameters.get("code");
  const [code, setCode] = useState(linked ?? "");
  const lookup = usePairingRequest(code);
  const submit = (form: FormData) => {
    const name = text(form, "name");
    approve({ userCode: text(form, "code").toUpperCase(), name: name === "" ? null : name }, setPaired);
  };
  return (
    <>
      {paired === null && linked === null && <PairCommand />}
      {paired === null ? (
        <Paper variant="outlined" sx={{ p: 2.5 }}>
          <Box
            component="form"
            onSubmit={(event) => {
              event.preventDefault();
              submit(new FormData(event.currentTarget));
            }}
            sx={{ display: "grid", gap: 2 }}
          >
            <TextField
              label={t`Code`}
              name="code"
              required
              value={code}
              onChange={(event) => {
                setCode(event.target.value);
              }}
              placeholder="ABCD-EFGH"
              autoComplete="off"
              slotProps={{
                inputLabel: { required: false },
                htmlInput: {
                  spellCheck: false,
                  autoCapitalize: "characters",
                  style: { letterSpacing: "0.12em", textTransform: "uppercase" },
                },
              }}
            />
            <TextField
              label={t`Name`}
              name="name"
              helperText={t`Leave empty to keep the camera’s own name.`}
              autoComplete="off"
            />
            <PairingRequestPanel lookup={lookup} />
            <Button
              type="submit"
              variant="contained"
              loading={busy || lookup.state === "looking"}
            >{t`Approve camera`}</Button>
          </Box>
        </Paper>
      ) : (
        <Alert
          severity="success"
          variant="outlined"
          data-testid="paired"
          action={
            <Button component={Link} to="/cameras" color="inherit" size="small">{t`Show cameras`}</Button>
          }
        >{t`${paired} is paired. Its first frames arrive within a few seconds.`}</Alert>
      )}
    </>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

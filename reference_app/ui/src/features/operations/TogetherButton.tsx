import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import { useToast } from "../../design/Toaster.tsx";
import { onDemand } from "../../shared/pages/onDemand.tsx";
import type {
  TogetherButtonQuery,
  TogetherButtonQuery$data,
  WorkAction,
} from "./__generated__/TogetherButtonQuery.graphql";
import type { WorkFilter } from "./workFilter.ts";

const TogetherDialog = onDemand(() =>
  import("./TogetherDialog.tsx").then(({ TogetherDialog: Dialog }) => Dialog),
);

interface Props {
  readonly filter: WorkFilter;
}

/** Does one thing with all that matches the filter: counts first, and asks. */
export function TogetherButton({ filter }: Props) {
  const environment = useRelayEnvironment();
  const show = useToast();
  const [busy, setBusy] = useState(false);
  const [counted, setCounted] = useState<TogetherButtonQuery$data["workProspects"] | null>(null);
  const doing: WorkAction = filter.ended ? "RETRY" : "CANCEL";
  if (filter.stages?.[0] === "SUCCEEDED") return null; // What is done is neither cancelled nor retried.
  const count = () => {
    setBusy(true);
    fetchQuery<TogetherButtonQuery>(
      environment,
      graphql`
        query TogetherButtonQuery($filter: WorkFilter!, $doing: WorkAction!) {
          workProspects(filter: $filter, doing: $doing) {
            ...TogetherDialog_prospects
          }
        }
      `,
      // What succeeded can't be retried: it would be counted among what is refused.
      {
        filter:
          filter.ended && filter.stages === null ? { ...filter, stages: ["FAILED", "CANCELLED"] } : filter,
        doing,
      },
    ).subscribe({
      next: ({ workProspects }) => {
        setCounted(workProspects);
      },
      error: (error: Error) => {
        setBusy(false);
        show({ severity: "error", message: error.message, remedy: t`Try again in a moment.` });
      },
      complete: () => {
        setBusy(false);
      },
    });
  };
  return (
    <>
      <Button variant="outlined" size="small" loading={busy} onClick={count} sx={{ alignSelf: "center" }}>
        {doing === "CANCEL" ? t`Cancel all of these…` : t`Retry all of these…`}
      </Button>
      {counted !== null && (
        <TogetherDialog
          prospects={counted}
          doing={doing}
          onClose={() => {
            setCounted(null);
          }}
        />
      )}
    </>
  );
}

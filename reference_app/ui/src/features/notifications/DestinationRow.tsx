import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import { inLocalTime } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { DestinationRow_destination$key } from "./__generated__/DestinationRow_destination.graphql";
import { useSendTest } from "./useSendTest.ts";

/** One destination: whether messages reach it, and why not; a test, and what else can be done. */
export function DestinationRow({ destination }: { readonly destination: DestinationRow_destination$key }) {
  const { id, service, masked, problem, retryAt, waiting, ...data } = useFragment(
    graphql`
      fragment DestinationRow_destination on Destination {
        id
        service
        masked
        problem
        retryAt
        waiting
        ...Transitions_stateful
      }
    `,
    destination,
  );
  const [sendTest, busy] = useSendTest();
  const now = serverNow();
  const facts = [
    waiting > 0 ? t`${waiting} waiting` : "",
    retryAt == null ? "" : t`Tried again at ${retryAt}`,
  ].filter((fact) => fact !== "");
  return (
    <Box component="li" data-testid="destination" sx={{ display: "grid", gap: 0.75, minWidth: 0 }}>
      <Typography sx={{ fontWeight: 650, overflowWrap: "anywhere" }}>{masked}</Typography>
      <StateBadge tone={problem === "" ? "good" : "bad"} label={service} />
      {problem !== "" && (
        <Typography variant="body2" sx={{ color: "error.main", overflowWrap: "anywhere" }}>
          {inLocalTime(problem, now)}
        </Typography>
      )}
      {facts.length > 0 && (
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          {inLocalTime(facts.join(" · "), now)}
        </Typography>
      )}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
        <Button
          size="small"
          variant="outlined"
          loading={busy}
          onClick={() => {
            sendTest(id);
          }}
        >{t`Send a test`}</Button>
        <Transitions of={data} />
      </Box>
    </Box>
  );
}

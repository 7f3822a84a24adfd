import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState, type ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { Panel } from "../../design/Panel.tsx";
import type { DangerZone_plan$key } from "./__generated__/DangerZone_plan.graphql";
import type { DangerZone_transition$key } from "./__generated__/DangerZone_transition.graphql";
import { isForOthers } from "./isForOthers.ts";
import { TransitionButton } from "./TransitionButton.tsx";
import { WhyButton } from "../why/WhyButton.tsx";

interface Props {
  /** The id of the object. */
  readonly of: string;
  readonly name: string;
  readonly transition: DangerZone_transition$key;
  /** The steps that lead to the deletion; the last one deletes. */
  readonly plan: DangerZone_plan$key;
  /** What the button says, and that of the dialog when nothing must be stopped first. */
  readonly confirm: string;
  readonly testId: string;
  readonly busy: boolean;
  readonly onDelete: (stopMovies: boolean) => void;
  /** What is lost. */
  readonly children: ReactNode;
}

/**
 * Deletes after confirmation. When a movie is in the way it offers the plan: stop it, then delete. Nothing for those
 * who may not delete.
 */
export function DangerZone(props: Props) {
  const { of, name, confirm, testId, busy, onDelete, children } = props;
  const transition = useFragment(
    graphql`
      fragment DangerZone_transition on Transition {
        allowed
        ...isForOthers_transition
        ...TransitionButton_transition
      }
    `,
    props.transition,
  );
  const plan = useFragment(
    graphql`
      fragment DangerZone_plan on PlanStep @relay(plural: true) {
        label
        allowed
        object {
          __typename
          displayName
        }
      }
    `,
    props.plan,
  );
  const [confirming, setConfirming] = useState(false);
  const first = plan.slice(0, -1);
  const stopMovies =
    !transition.allowed &&
    first.length > 0 &&
    first.every(({ allowed, object }) => allowed && object?.__typename === "Movie");
  const steps = plan.map(({ label, object }) => (object ? `${label} ${object.displayName}` : label));
  const ask = () => {
    setConfirming(true);
  };
  if (isForOthers(transition)) return null;
  return (
    <Panel title={t`Danger zone`}>
      <Box data-testid={testId} sx={{ display: "grid", gap: 1, justifyItems: "start" }}>
        <TransitionButton
          transition={transition}
          label={confirm}
          size="small"
          variant="text"
          color="error"
          testId={`${testId}-button`}
          busy={busy}
          onPress={ask}
          why={<WhyButton of={of} to="start_deleting" />}
        />
        {stopMovies && (
          <Button size="small" color="error" disabled={busy} onClick={ask}>
            {steps.join(t`, then `)}…
          </Button>
        )}
        <ConfirmDialog
          open={confirming}
          title={t`Delete ${name}?`}
          confirm={stopMovies ? t`Stop and delete` : confirm}
          onConfirm={() => {
            onDelete(stopMovies);
          }}
          onClose={() => {
            setConfirming(false);
          }}
        >
          {stopMovies && (
            <ol>
              {steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          )}
          {children}
        </ConfirmDialog>
      </Box>
    </Panel>
  );
}

import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { Transitions_stateful$key } from "./__generated__/Transitions_stateful.graphql";
import { OfferedTransition } from "./OfferedTransition.tsx";
import { useTransition } from "./useTransition.ts";

interface Props {
  readonly of: Transitions_stateful$key;
  /** Transitions that are not offered here, by name: the page has something of its own for them. */
  readonly except?: readonly string[];
  /** What buttons say instead of their transition's label, by name. */
  readonly labels?: Readonly<Partial<Record<string, string>>>;
}

/** All that the server offers to do with an object, whatever that is. Nothing when it offers nothing. */
export function Transitions({ of, except = [], labels = {} }: Props) {
  const { id, availableTransitions } = useFragment(
    graphql`
      fragment Transitions_stateful on Stateful {
        id
        availableTransitions {
          name
          ...OfferedTransition_transition
        }
      }
    `,
    of,
  );
  const [apply, busy] = useTransition();
  const offered = availableTransitions.filter(({ name }) => !except.includes(name));
  if (offered.length === 0) return null;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
      {offered.map((transition) => (
        <OfferedTransition
          key={transition.name}
          transition={transition}
          label={labels[transition.name]}
          busy={busy}
          onApply={(input) => {
            apply({ id, name: transition.name, input });
          }}
        />
      ))}
    </Box>
  );
}

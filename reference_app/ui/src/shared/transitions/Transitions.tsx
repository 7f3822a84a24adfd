import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import type { Transitions_stateful$key } from "./__generated__/Transitions_stateful.graphql";
import { isForOthers } from "./isForOthers.ts";
import { MoreActions } from "./MoreActions.tsx";
import { OfferedTransition } from "./OfferedTransition.tsx";
import { rankTransitions } from "./rankTransitions.ts";
import { Refusal } from "./Refusal.tsx";
import { sharedRefusal } from "./sharedRefusal.ts";
import { useOffers } from "./useOffers.ts";
import { WhyButton } from "../why/WhyButton.tsx";

/** Of what a person may not do, so much is named. */
const MOST_NAMED = 3;

interface Props {
  readonly of: Transitions_stateful$key;
  /** Transitions that are not offered here, by name. */
  readonly except?: readonly string[];
  /** Transitions that the page offers elsewhere, by name. What a person may not do of these is said here. */
  readonly elsewhere?: readonly string[];
  /** The only transitions that are offered here, by name. What a person may not do of these is said elsewhere. */
  readonly only?: readonly string[];
  /** Whether nothing is said here of what a person may not do: it is one of many objects, and they would all say it. */
  readonly isOneOfMany?: boolean;
  /** The title of the panel around them, which goes with the last of them. */
  readonly title?: string;
  /** What buttons say instead of their transition's label, by name. */
  readonly labels?: Readonly<Partial<Record<string, string>>>;
}

/**
 * All that the server offers to do with an object, whatever that is. Nothing when it offers nothing. The main one
 * stands out, the common ones stand beside it, a menu has the rest. What is for others is no button: one line says
 * so. What all refused buttons share is said once, and why a single one is refused: below all of them.
 */
export function Transitions({
  of,
  except = [],
  elsewhere = [],
  only,
  isOneOfMany = false,
  title,
  labels = {},
}: Props) {
  const object = useFragment(
    graphql`
      fragment Transitions_stateful on Stateful {
        id
        availableTransitions {
          ...isForOthers_transition
          ...useOffers_transitions
        }
        ...useChosenTransition_object
      }
    `,
    of,
  );
  const { id, availableTransitions } = object;
  const offers = useOffers(availableTransitions);
  const saidOnceId = useId();
  const offered = availableTransitions
    .flatMap((key, index) => {
      const offer = offers[index];
      if (offer === undefined) return [];
      return [{ ...offer, key }];
    })
    .filter(({ name }) => !except.includes(name) && (only?.includes(name) ?? true));
  const saysOthers = only === undefined && !isOneOfMany;
  const forOthers = saysOthers ? offered.filter(({ key }) => isForOthers(key)) : [];
  const shown = offered.filter(({ key, name }) => !isForOthers(key) && !elsewhere.includes(name));
  if (shown.length + forOthers.length === 0) return null;
  const { main, beside, more } = rankTransitions(shown);
  const remedy = forOthers[0]?.reasons.find(({ code }) => code === "permission")?.remedy ?? "";
  const shownAsButtons = [...(main ? [main] : []), ...beside];
  const refused = shownAsButtons.filter(({ allowed }) => !allowed);
  // Below a single one of several, its reasons would push the others aside.
  const isAlone = refused.length === 1 && shownAsButtons.length > 1;
  const shared = isAlone ? refused[0] : sharedRefusal(shownAsButtons);
  const buttons = (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
      {shownAsButtons.map((transition) => (
        <OfferedTransition
          key={transition.name}
          of={object}
          transition={transition.key}
          label={labels[transition.name]}
          isBeside={transition !== main}
          why={<WhyButton of={id} to={transition.name} />}
          saidBy={shared && saidOnceId}
        />
      ))}
      {more.length > 0 && (
        <MoreActions of={object} transitions={more.map(({ key }) => key)} labels={labels} />
      )}
      {shared && (
        <Box sx={{ width: "100%" }}>
          <Refusal id={saidOnceId} reasons={shared.reasons} why={<WhyButton of={id} to={shared.name} />} />
        </Box>
      )}
      {forOthers.length > 0 && (
        <Typography variant="body2" sx={{ color: "text.secondary", width: "100%" }} data-testid="for-others">
          {t`You don’t have the permission for: ${named(forOthers.map(({ name, label }) => labels[name] ?? label))}. ${remedy}`}
        </Typography>
      )}
    </Box>
  );
  return title === undefined ? buttons : <Panel title={title}>{buttons}</Panel>;
}

/** Names in a list, all of them if they are few. */
function named(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(", ");
  const rest = names.length - MOST_NAMED;
  return t`${names.slice(0, MOST_NAMED).join(", ")} and ${rest} more`;
}

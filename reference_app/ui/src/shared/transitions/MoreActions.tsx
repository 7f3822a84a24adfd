import { useId, useState } from "react";

import { MoreButton } from "../../design/MoreButton.tsx";
import { onDemand } from "../pages/onDemand.tsx";
import { Reasons } from "./Reasons.tsx";
import type { useChosenTransition_object$key } from "./__generated__/useChosenTransition_object.graphql";
import { sharedRefusal } from "./sharedRefusal.ts";
import { useChosenTransition } from "./useChosenTransition.ts";
import { useOffers, type OfferKey } from "./useOffers.ts";

const ActionMenu = onDemand(async () => (await import("../../design/ActionMenu.tsx")).ActionMenu);

interface Props {
  readonly of: useChosenTransition_object$key;
  /** Those that can't be undone come last. */
  readonly transitions: readonly OfferKey[];
  /** What entries say instead of their transition's label, by name. */
  readonly labels: Readonly<Partial<Record<string, string>>>;
}

/** A menu of transitions: the rare ones, and those that can't be undone. */
export function MoreActions({ of, transitions, labels }: Props) {
  const offered = useOffers(transitions);
  const shared = sharedRefusal(offered);
  const { choose, prepare, busy } = useChosenTransition(of);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const menuId = `${id}-menu`;
  return (
    <>
      <MoreButton
        id={id}
        menu={open ? menuId : undefined}
        busy={busy}
        onPress={(button) => {
          setAnchor(button);
          setOpen(true);
        }}
      />
      {anchor !== null && (
        <ActionMenu
          id={menuId}
          labelledBy={id}
          anchor={anchor}
          open={open}
          actions={offered.map((offer) => ({
            name: offer.name,
            label: labels[offer.name] ?? offer.label,
            isDangerous: offer.kind === "DANGER",
            refusal: offer.allowed ? null : <Reasons reasons={offer.reasons} />,
            onIntent: () => {
              prepare(offer);
            },
            onChoose: () => {
              setOpen(false);
              choose(offer);
            },
          }))}
          sharedRefusal={shared ? <Reasons reasons={shared.reasons} /> : null}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

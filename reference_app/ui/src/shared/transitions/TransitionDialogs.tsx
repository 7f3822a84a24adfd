import { useEffect, useMemo, useState, type ReactNode } from "react";

import { onDemand } from "../pages/onDemand.tsx";
import { AskContext, type Ask, type Asked } from "./useAsk.ts";
import { useQuestions } from "./useQuestions.ts";

const TransitionDialog = onDemand(async () => (await import("./TransitionDialog.tsx")).TransitionDialog);

/**
 * Around a page: the dialog of what somebody chose on it. It stands here so that a live update that takes the button
 * or the menu's entry away doesn't take along what is being typed.
 */
export function TransitionDialogs({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { questions, prepare, open, forget } = useQuestions();
  const ask = useMemo<Ask>(() => {
    return {
      prepare: (id, { name, asks }) => {
        if (asks) prepare(id, name);
      },
      open: (chosen) => {
        if (chosen.transition.asks) open(chosen.id, chosen.transition.name);
        setAsked(chosen);
      },
    };
  }, [prepare, open]);
  // Once the focus is back on the button: that it has it means here no wish to press it again.
  useEffect(() => (asked === null ? undefined : forget), [asked, forget]);
  return (
    <AskContext value={ask}>
      {children}
      {asked !== null && (
        <TransitionDialog
          {...asked}
          questions={asked.transition.asks ? questions : null}
          onRetry={() => {
            forget();
            open(asked.id, asked.transition.name);
          }}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </AskContext>
  );
}

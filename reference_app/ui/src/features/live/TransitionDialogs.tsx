import { useState, type ReactNode } from "react";

import { onDemand } from "./onDemand.tsx";
import { AskContext, type Asked } from "./useAsk.ts";

const TransitionDialog = onDemand(async () => (await import("./TransitionDialog.tsx")).TransitionDialog);

/**
 * Around a page: the dialog of what somebody chose on it. It stands here so that a live update that takes the button
 * or the menu's entry away doesn't take along what is being typed.
 */
export function TransitionDialogs({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <AskContext value={setAsked}>
      {children}
      {asked !== null && (
        <TransitionDialog
          {...asked}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </AskContext>
  );
}

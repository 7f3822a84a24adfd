import { t } from "@lingui/core/macro";
import { useState, type ReactNode } from "react";

import { Disclosure } from "../pages/Disclosure.tsx";
import { WhyPanel } from "./WhyPanel.tsx";

interface Props {
  readonly of: string;
  /** The transition of the object that somebody wants to do, and can't. */
  readonly to?: string;
  readonly label?: string;
  /** The cause in short, which the open panel says itself. */
  readonly children?: ReactNode;
}

/** Opens and closes the panel that says why an object or a task is not done yet. */
export function WhyButton({ of, to = "", label = t`Why?`, children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure
      testId="why"
      open={open}
      label={open ? t`Hide why` : label}
      above={!open && children}
      onToggle={() => {
        setOpen(!open);
      }}
    >
      <WhyPanel of={of} to={to} />
    </Disclosure>
  );
}

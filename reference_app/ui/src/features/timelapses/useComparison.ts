import { useRef } from "react";
import { useSearchParams } from "wouter";

import { instant } from "../../lib/age.ts";

/** Two moments, in milliseconds: of the picture on the left, and of that on the right. */
export interface Comparison {
  readonly left: number;
  readonly right: number;
}

export type Side = keyof Comparison;

/** The comparison that the address names, which can be sent to others; null for none. Going back ends it. */
export function useComparison(): [Comparison | null, (next: Comparison | null) => void] {
  const [parameters, setParameters] = useSearchParams();
  const opened = useRef(false);
  const left = instant(parameters.get("compare"));
  const right = instant(parameters.get("with"));
  const isOpen = left !== null && right !== null;
  return [
    isOpen ? { left, right } : null,
    (next) => {
      if (next === null && opened.current) {
        opened.current = false;
        window.history.back();
        return;
      }
      if (next !== null && !isOpen) opened.current = true;
      setParameters(
        next === null
          ? {}
          : { compare: new Date(next.left).toISOString(), with: new Date(next.right).toISOString() },
        { replace: next === null || isOpen },
      );
    },
  ];
}

import { useMemo } from "react";
import { useSearchParams } from "wouter";

import { addressOf, workFilterOf, type WorkFilter } from "./workFilter.ts";

type Change = (next: Partial<WorkFilter>, replace?: boolean) => void;

/** The filter that the address names, which can be sent to others. Going back leads to the filter before. */
export function useWorkFilter(): [WorkFilter, Change] {
  const [parameters, setParameters] = useSearchParams();
  const address = parameters.toString();
  const filter = useMemo(() => workFilterOf(address), [address]);
  return [
    filter,
    (next, replace = false) => {
      setParameters(addressOf({ ...filter, ...next }), { replace });
    },
  ];
}

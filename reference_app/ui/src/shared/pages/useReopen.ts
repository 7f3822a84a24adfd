import { createContext, use } from "react";

/** How the current page is opened again. */
export interface Reopen {
  /** With new data. */
  readonly again: () => Promise<void>;
  /** With everything loaded anew, code and all that is remembered. */
  readonly anew: () => void;
}

/** Passes down how the current page is opened again. */
export const ReopenContext = createContext<Reopen>({
  again: () => Promise.resolve(),
  anew: () => {
    window.location.reload();
  },
});

export function useReopen(): Reopen {
  return use(ReopenContext);
}

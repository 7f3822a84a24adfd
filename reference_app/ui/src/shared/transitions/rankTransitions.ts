/** How many stand beside the main one as buttons. */
const BESIDE = 2;

interface Ranked<T> {
  /** What a person most likely wants. Nothing if the server names no such transition. */
  readonly main: T | undefined;
  readonly beside: readonly T[];
  /** What a menu holds: the rare ones, then those that can't be undone. */
  readonly more: readonly T[];
}

/**
 * Gives each transition its weight by its kind and place in the order alone. Whether it is allowed doesn't count:
 * a button that moves away when it is pressed is not found again.
 */
export function rankTransitions<T extends { readonly kind: string }>(offered: readonly T[]): Ranked<T> {
  const main = offered.find(({ kind }) => kind === "PRIMARY");
  const others = offered.filter((each) => each !== main && each.kind !== "DANGER");
  const dangers = offered.filter(({ kind }) => kind === "DANGER");
  const more = [...others.slice(BESIDE), ...dangers];
  // A menu of one hides it, and saves no room.
  return more.length < 2
    ? { main, beside: [...others, ...dangers], more: [] }
    : { main, beside: others.slice(0, BESIDE), more };
}

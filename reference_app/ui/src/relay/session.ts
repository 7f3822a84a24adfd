import { useSyncExternalStore } from "react";

/** Whether this page's session still holds. Sessions are numbered, so that a late answer ends none but its own. */
export class SessionStore {
  #number = 0;
  #ended = false;
  readonly #listeners = new Set<() => void>();

  /** The number of the session in which a request is sent now. */
  readonly current = (): number => this.#number;

  readonly hasEnded = (): boolean => this.#ended;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The server answered a request of this session that nobody is signed in. */
  end(number: number): void {
    if (number === this.#number) this.#set(true);
  }

  /** Somebody has signed in. */
  begin(): void {
    this.#number += 1;
    this.#set(false);
  }

  #set(ended: boolean): void {
    this.#ended = ended;
    for (const listener of this.#listeners) listener();
  }
}

/** The store of this page's session. */
export const session = new SessionStore();

/** Watches whether the session has ended. */
export function useSessionEnded(store: SessionStore = session): boolean {
  return useSyncExternalStore(store.subscribe, store.hasEnded);
}

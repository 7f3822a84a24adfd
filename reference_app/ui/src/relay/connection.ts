import { useSyncExternalStore } from "react";

/**
 * The live connection's state. "idle" means that nothing subscribes, so no connection is open.
 * `retryAt` is on this machine's clock, in milliseconds.
 */
export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "open"; readonly restored: boolean }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number };

/** Holds the connection's state. Components watch it and can end a wait early. */
export class ConnectionStore {
  #state: ConnectionState = { kind: "idle" };
  readonly #listeners = new Set<() => void>();
  #endWait: (() => void) | null = null;

  readonly get = (): ConnectionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Waits before attempt `attempt` (from 1) until the delay is over, the network is back or `tryNow` is called. */
  async wait(attempt: number, delayMs: number): Promise<void> {
    this.set({ kind: "waiting", attempt, retryAt: Date.now() + delayMs });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
      window.addEventListener("online", this.tryNow, { once: true });
    });
    window.removeEventListener("online", this.tryNow);
    this.#endWait = null;
  }

  readonly tryNow = (): void => this.#endWait?.();
}

/** The store of this page's live connection. */
export const connection = new ConnectionStore();

/** Watches the live connection. */
export function useConnection(store: ConnectionStore = connection): ConnectionState {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** True while messages can arrive. Otherwise liveness is unknown. */
export function isOpen(state: ConnectionState): boolean {
  return state.kind === "open";
}

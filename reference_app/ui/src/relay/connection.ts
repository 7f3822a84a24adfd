import { useSyncExternalStore } from "react";

/**
 * The live connection's state. "idle" means that nobody listens, so none is open.
 * `retryAt` is on this machine's clock, in milliseconds.
 */
export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "open"; readonly healed: boolean }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number };

/** Keeps the connection's state and lets components watch it and cut a wait short. */
export class ConnectionStore {
  #state: ConnectionState = { kind: "idle" };
  readonly #listeners = new Set<() => void>();
  #wake: (() => void) | null = null;

  readonly get = (): ConnectionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Waits before attempt `attempt` (from 1), until the time is over, the network is back or `tryNow` is called. */
  async wait(attempt: number, delayMs: number): Promise<void> {
    this.set({ kind: "waiting", attempt, retryAt: Date.now() + delayMs });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      window.addEventListener("online", this.tryNow, { once: true });
    });
    window.removeEventListener("online", this.tryNow);
    this.#wake = null;
  }

  readonly tryNow = (): void => this.#wake?.();
}

/** The one store of this page's live connection. */
export const connection = new ConnectionStore();

/** Watches the live connection. */
export function useConnection(store: ConnectionStore = connection): ConnectionState {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** True while messages can arrive: stall judgements blame nobody else when it is false. */
export function isOpen(state: ConnectionState): boolean {
  return state.kind === "open";
}

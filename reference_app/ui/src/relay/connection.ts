import { useSyncExternalStore } from "react";

/**
 * The live connection's state. "idle" means that nothing subscribes, so no connection is open.
 * "offline" means that the browser has no network. `retryAt` is on this machine's clock, in milliseconds.
 */
export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "open"; readonly restored: boolean }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: "offline" };

/** Without a network it still tries now and then: a server on this machine needs none. */
const OFFLINE_RETRY_MS = 15_000;

/** Holds the connection's state. Components watch it and can end a wait early. */
export class ConnectionStore {
  #state: ConnectionState = { kind: "idle" };
  readonly #listeners = new Set<() => void>();
  #endWait: (() => void) | null = null;
  #lastMessageAt = 0;

  readonly get = (): ConnectionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** When the last message of the server arrived, on this machine's clock. Milliseconds. */
  readonly lastMessageAt = (): number => this.#lastMessageAt;

  received(at: number): void {
    this.#lastMessageAt = at;
  }

  /**
   * Waits before attempt `attempt` (from 1) until the delay is over, the network is back or `tryNow` is called.
   * Nothing may need the connection by then, so the state is "idle" until an attempt begins.
   */
  async wait(attempt: number, delayMs: number): Promise<void> {
    const leave = new AbortController();
    await new Promise<void>((resolve) => {
      let timer: ReturnType<typeof setTimeout>;
      const resumeAfter = (ms: number, state: ConnectionState) => {
        clearTimeout(timer);
        timer = setTimeout(resolve, ms);
        this.set(state);
      };
      const pause = () => {
        resumeAfter(OFFLINE_RETRY_MS, { kind: "offline" });
      };
      this.#endWait = resolve;
      window.addEventListener("online", this.tryNow, { signal: leave.signal });
      window.addEventListener("offline", pause, { signal: leave.signal });
      leave.signal.addEventListener("abort", () => {
        clearTimeout(timer);
      });
      if (navigator.onLine) resumeAfter(delayMs, { kind: "waiting", attempt, retryAt: Date.now() + delayMs });
      else pause();
    });
    leave.abort();
    this.#endWait = null;
    this.set({ kind: "idle" });
  }

  readonly tryNow = (): void => this.#endWait?.();

  /** Closes the socket, so that another one is opened. Whoever opens sockets says how. */
  renew: () => void = () => undefined;
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

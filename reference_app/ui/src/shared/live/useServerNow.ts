import { useSyncExternalStore } from "react";

import { serverNow } from "../../relay/serverClock.ts";

const TICK_MS = 1000;

const listeners = new Set<() => void>();
let now = serverNow();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = serverNow();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = serverNow();
    timer = setInterval(tick, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The server's time in milliseconds, updated each second. One timer serves the whole page. */
export function useServerNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

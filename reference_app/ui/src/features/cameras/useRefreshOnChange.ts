import { useEffect, useEffectEvent, useRef } from "react";

/** The shortest time between two refreshes, and the time after which it refreshes without a change. */
const PAUSE_MS = 5_000;
const REFRESH_MS = 30_000;

/** Calls `refresh` soon after `version` changes, and periodically without a change: gaps grow with time. */
export function useRefreshOnChange(refresh: () => void, version: string): void {
  const lastVersion = useRef(version);
  const refreshedAt = useRef(0);
  const refreshNow = useEffectEvent(() => {
    lastVersion.current = version;
    refreshedAt.current = Date.now();
    refresh();
  });
  useEffect(() => {
    if (version === lastVersion.current) return undefined;
    const timer = setTimeout(refreshNow, Math.max(0, refreshedAt.current + PAUSE_MS - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  }, [version]);
  useEffect(() => {
    const timer = setInterval(refreshNow, REFRESH_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
}

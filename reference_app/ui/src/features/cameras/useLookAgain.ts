import { useEffect, useEffectEvent, useRef } from "react";

/** So long at least between two looks; without a change it is looked again after so long: silence tells too. */
const PAUSE_MS = 5_000;
const REFRESH_MS = 30_000;

/** Looks again at once when what is known of a camera has changed, and now and then when it has not. */
export function useLookAgain(look: () => void, known: string): void {
  const seen = useRef(known);
  const lookedAt = useRef(0);
  const lookAgain = useEffectEvent(() => {
    seen.current = known;
    lookedAt.current = Date.now();
    look();
  });
  useEffect(() => {
    if (known === seen.current) return undefined;
    const timer = setTimeout(lookAgain, Math.max(0, lookedAt.current + PAUSE_MS - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  }, [known]);
  useEffect(() => {
    const timer = setInterval(lookAgain, REFRESH_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
}

import { useEffect, useEffectEvent } from "react";

import { isReachable } from "../../relay/network.ts";

/** A server that is back says nothing, so it is asked this often. */
const ASK_EVERY_MS = 3000;

/** Calls `heal` once the server can be reached again: at once when the network is back, else within seconds. */
export function useHealing(unreachable: boolean, heal: () => void): void {
  const healNow = useEffectEvent(heal);
  useEffect(() => {
    if (!unreachable) return undefined;
    let left = false;
    let asking = false;
    const ask = async () => {
      if (asking) return;
      asking = true;
      const back = await isReachable();
      asking = false;
      if (back && !left) healNow();
    };
    const askNow = () => void ask();
    const timer = setInterval(askNow, ASK_EVERY_MS);
    window.addEventListener("online", askNow);
    return () => {
      left = true;
      clearInterval(timer);
      window.removeEventListener("online", askNow);
    };
  }, [unreachable]);
}

import { useEffect, useState } from "react";

import { useTransition } from "../../shared/transitions/useTransition.ts";

const ASK_MS = 10_000;
/** Nobody turns a ring for longer; a page that was left open must not wear out a camera. */
const LONGEST_MS = 5 * 60_000;

interface Asking {
  /** Whether it has gone on for so long that somebody has to say that they are still there. */
  readonly isOver: boolean;
  readonly goOn: () => void;
}

/** Asks a camera for pictures of the focus aid, again and again, while the caller is mounted and can be seen. */
export function useFocusPictures(camera: string): Asking {
  const [ask] = useTransition();
  const [round, setRound] = useState(0);
  const [over, setOver] = useState(-1);
  useEffect(() => {
    const began = Date.now();
    const once = (): void => {
      if (Date.now() - began >= LONGEST_MS) {
        clearInterval(timer);
        setOver(round);
      } else if (!document.hidden) ask({ id: camera, name: "focus", input: {} });
    };
    const timer = setInterval(once, ASK_MS);
    once();
    return () => {
      clearInterval(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `ask` is another function each time
  }, [camera, round]);
  return {
    isOver: over === round,
    goOn: () => {
      setRound(round + 1);
    },
  };
}

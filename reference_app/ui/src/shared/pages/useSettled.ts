import { useEffect, useState } from "react";

/** The value that hasn't changed for so many milliseconds; until the first has settled, that. */
export function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  const wanted = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(JSON.parse(wanted) as T);
    }, afterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [wanted, afterMs]);
  return settled;
}

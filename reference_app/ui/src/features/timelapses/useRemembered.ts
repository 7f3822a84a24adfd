import { useState } from "react";

/** A switch that this device remembers, also for the next page; off at first. */
export function useRemembered(key: string): [boolean, () => void] {
  const [isOn, setIsOn] = useState(() => {
    try {
      return localStorage.getItem(key) === "on";
    } catch {
      return false; // storage is disabled
    }
  });
  return [
    isOn,
    () => {
      setIsOn(!isOn);
      try {
        localStorage.setItem(key, isOn ? "off" : "on");
      } catch {
        // Storage is disabled: it holds for this visit.
      }
    },
  ];
}

import { t } from "@lingui/core/macro";
import type { RefObject } from "react";

import { useToast } from "./Toaster.tsx";

/**
 * Copies a text and says that it did, by the name of what it is. Where the browser doesn't copy, the text in the field
 * is selected for the keyboard.
 */
export function useCopy(field: RefObject<HTMLInputElement | null>): (text: string, what: string) => void {
  const show = useToast();
  const select = (message: string): void => {
    field.current?.select();
    show({ severity: "error", message, remedy: t`Press Ctrl+C: the text is selected.` });
  };
  return (text, what) => {
    // Browsers offer the clipboard to pages over https and of this machine only.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) {
      select(t`This browser can't copy here.`);
      return;
    }
    clipboard.writeText(text).then(
      () => {
        show({ severity: "success", message: t`${what} copied.` });
      },
      () => {
        select(t`The browser refused to copy.`);
      },
    );
  };
}

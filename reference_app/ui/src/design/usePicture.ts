import { useEffect, useState } from "react";

/** Whether a picture could not be shown, until it is another one or the connection is back; and what to call then. */
export function usePicture(url: string | null): {
  readonly hasFailed: boolean;
  readonly onError: () => void;
} {
  const [failedUrl, setFailedUrl] = useState<string | null>(null);
  useEffect(() => {
    const tryAgain = () => {
      setFailedUrl(null);
    };
    window.addEventListener("online", tryAgain);
    return () => {
      window.removeEventListener("online", tryAgain);
    };
  }, []);
  return {
    hasFailed: url !== null && url === failedUrl,
    onError: () => {
      setFailedUrl(url);
    },
  };
}

import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { createContext, use, useCallback, useState, type ReactNode } from "react";

/** The content of a snackbar: what happened, and optionally what to do next. */
export interface Toast {
  readonly severity: "error" | "success";
  readonly message: string;
  readonly remedy?: string;
  /** What can be done about it, such as undoing it. */
  readonly action?: { readonly label: string; readonly onPress: () => void };
}

/** For how long a snackbar without an error is there: longer when it can be answered. Milliseconds. */
const SHOWN_MS = { plain: 4_000, answerable: 10_000 };

const ToastContext = createContext<(toast: Toast | null) => void>(() => undefined);

/** Returns the function that shows a snackbar. Null hides the current one. */
export function useToast(): (toast: Toast | null) => void {
  return use(ToastContext);
}

/** Shows one snackbar at a time. Errors stay until they are closed. */
export function Toaster({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<Toast | null>(null);
  const [open, setOpen] = useState(false);
  const show = useCallback((next: Toast | null) => {
    if (next !== null) setToast(next); // The old message stays visible while the snackbar fades out.
    setOpen(next !== null);
  }, []);
  const close = () => {
    setOpen(false);
  };
  return (
    <ToastContext value={show}>
      {children}
      <Snackbar
        open={open}
        autoHideDuration={shownMs(toast)}
        onClose={(_event, reason) => {
          if (reason !== "clickaway") close();
        }}
        // On top: at the bottom it covers the buttons of a dialog in a low window.
        anchorOrigin={{ vertical: "top", horizontal: "center" }}
      >
        <Alert
          severity={toast?.severity ?? "success"}
          variant="outlined"
          onClose={close}
          closeText={t`Close`}
          sx={{ bgcolor: "background.paper", maxWidth: 520, boxShadow: 6 }}
        >
          {toast?.remedy === undefined || toast.remedy === "" ? (
            toast?.message
          ) : (
            <>
              <AlertTitle sx={{ mb: 0.25, fontSize: "0.95rem" }}>{toast.message}</AlertTitle>
              {toast.remedy}
            </>
          )}
          {toast?.action && (
            <Button
              size="small"
              sx={{ ml: 1, my: -0.5 }}
              onClick={() => {
                close();
                toast.action?.onPress();
              }}
            >
              {toast.action.label}
            </Button>
          )}
        </Alert>
      </Snackbar>
    </ToastContext>
  );
}

function shownMs(toast: Toast | null): number | null {
  if (toast?.severity === "error") return null;
  return toast?.action ? SHOWN_MS.answerable : SHOWN_MS.plain;
}

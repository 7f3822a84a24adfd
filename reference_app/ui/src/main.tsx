import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";
import { RouterProvider } from "react-router/dom";

import { applyColourMode } from "./design/colourMode.ts";
import { theme } from "./design/theme.ts";
import { Toaster } from "./design/Toaster.tsx";
import { environment } from "./relay/environment.ts";
import { preloadPages, router } from "./routes.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root to render into.");

applyColourMode();
createRoot(root).render(
  <StrictMode>
    <ThemeProvider theme={theme} defaultMode="system">
      <CssBaseline enableColorScheme />
      <RelayEnvironmentProvider environment={environment}>
        <Toaster>
          <RouterProvider router={router} />
        </Toaster>
      </RelayEnvironmentProvider>
    </ThemeProvider>
  </StrictMode>,
);

window.addEventListener("load", () => {
  setTimeout(preloadPages, 1000);
});

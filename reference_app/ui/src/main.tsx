import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";

import { theme } from "./design/theme.ts";
import { Toaster } from "./design/Toaster.tsx";
import { startLanguage } from "./languages/choice.ts";
import { environment } from "./relay/environment.ts";
import { CurrentPage, preloadPages, startVisits } from "./routes.tsx";

const element = document.getElementById("root");
// eslint-disable-next-line lingui/no-unlocalized-strings -- for whoever changed index.html
if (element === null) throw new Error("index.html has no element #root to render into.");
const root = createRoot(element);

void startLanguage().then(() => {
  startVisits();
  root.render(
    <StrictMode>
      <ThemeProvider theme={theme} defaultMode="system">
        <CssBaseline enableColorScheme />
        <RelayEnvironmentProvider environment={environment}>
          <Toaster>
            <CurrentPage />
          </Toaster>
        </RelayEnvironmentProvider>
      </ThemeProvider>
    </StrictMode>,
  );
});

window.addEventListener("load", () => {
  setTimeout(() => void preloadPages(), 1000);
});

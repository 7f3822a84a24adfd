import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

/** English is in the source; each other language is a catalog, by the English text. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["de"],
  catalogs: [
    { path: "src/languages/{locale}", include: ["src"], exclude: ["**/__generated__/**", "**/*.test.*"] },
  ],
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
  // The page opens anew in another language, so no text depends on a context of React.
  runtimeConfigModule: { Trans: ["#trans", "Trans"] },
});

import js from "@eslint/js";
import lingui from "eslint-plugin-lingui";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import relay from "eslint-plugin-relay";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "**/__generated__/**"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Both spellings of "nothing" come from the server; one comparison says it for both.
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [jsxA11y.flatConfigs.strict],
    plugins: { relay, "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "relay/graphql-syntax": "error",
      "relay/graphql-naming": "error",
      "relay/unused-fields": "error",
      "relay/hook-required-argument": "error",
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@mui/material",
              message: "Import the one component (@mui/material/Button): the whole library is slow to load.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: [
      "**/*.test.{ts,tsx}",
      "src/design/{theme,surfaces,colourMode}.ts",
      "src/visits/**",
      "src/features/design/**", // for those who change a component
    ],
    plugins: { lingui },
    rules: {
      "lingui/t-call-in-function": "error",
      "lingui/no-single-variables-to-translate": "error",
      "lingui/no-single-tag-to-translate": "error",
      "lingui/no-trans-inside-trans": "error",
      "lingui/no-unlocalized-strings": [
        "error",
        {
          useTsTypes: true,
          // One word without a capital is a name of the code; the rest is no text that people read.
          ignore: [
            "^(?!\\p{Lu})\\S+$",
            "^[A-Z_]+$",
            "Timelapse$",
            "^0 s$",
            "gradient\\(",
            "prefers-",
            "^<iframe",
            "^camera-agent ",
            "__typename",
          ],
          ignoreNames: [
            "sx",
            "style",
            "className",
            "key",
            "id",
            { regex: { pattern: "^data-" } },
            {
              regex: {
                pattern: "^(d|path|to|width|height|viewBox|displayName|gridTemplate.*|fontFamily|clipPath)$",
              },
            },
          ],
          ignoreFunctions: ["console.*", "graphql", "stroked", "*.setAttribute", "*.getItem"],
        },
      ],
    },
  },
  {
    files: ["**/*.{js,cjs}"],
    languageOptions: { globals: { module: "writable", console: "readonly", process: "writable" } },
  },
);

/** The allowed imports. Features share code in shared/ and routes.tsx only. */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "A cycle cannot be read, tested or loaded in parts.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "features-are-independent",
      comment:
        "A feature imports itself and shared/. What two features share goes there, or routes.tsx (in tests: the test) passes it in.",
      severity: "error",
      from: { path: "^src/features/([^/]+)/", pathNot: "\\.test\\.tsx$" },
      to: { path: "^src/features/", pathNot: "^src/features/$1/" },
    },
    {
      name: "shared-imports-no-feature",
      comment: "Progress, heartbeats and transitions look the same in every feature.",
      severity: "error",
      from: { path: "^src/shared/" },
      to: { path: "^src/features/" },
    },
    {
      name: "design-is-presentational",
      comment: "Design components show their props. They know neither data nor features.",
      severity: "error",
      from: { path: "^src/design/" },
      to: {
        path: "(^src/(relay|features|shared|lib|routes|main))|node_modules/(react-relay|relay-runtime|graphql)",
      },
    },
    {
      name: "lib-is-pure",
      comment: "Values in, values out, in the words of the language: no React, no Relay, nothing of ours.",
      severity: "error",
      from: { path: "^src/lib/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^src/lib/|node_modules/@lingui/core/" },
    },
    {
      name: "languages-know-no-page",
      severity: "error",
      from: { path: "^src/languages/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/(?!languages/|lib/)" },
    },
    {
      name: "relay-imports-no-page",
      severity: "error",
      from: { path: "^src/relay/" },
      to: { path: "^src/(features|shared|design|routes|main)" },
    },
    {
      name: "visits-know-no-page",
      comment: "Which page stands at which address is the table in routes.tsx.",
      severity: "error",
      from: { path: "^src/visits/" },
      to: { path: "^src/(?!visits/|lib/)" },
    },
    {
      name: "pages-are-loaded-by-routes",
      comment: "routes.tsx preloads a page's query. Imported elsewhere, it would load late.",
      severity: "error",
      from: { pathNot: "^src/routes\\.tsx$|\\.test\\.tsx$" },
      to: { path: "Page\\.tsx$" },
    },
    {
      name: "pages-do-not-import-routes",
      severity: "error",
      from: { pathNot: "^src/main\\.tsx$" },
      to: { path: "^src/(routes|main)\\.tsx$" },
    },
    {
      name: "no-orphans",
      comment: "A file without imports that nothing imports is dead code.",
      severity: "error",
      from: { orphan: true, pathNot: "\\.test\\.tsx?$|\\.d\\.ts$" },
      to: {},
    },
    {
      name: "nothing-undeclared",
      comment: "Imports are declared in package.json, and development tools stay out of the bundle.",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.tsx?$" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev", "unknown"] },
    },
    {
      name: "tests-are-not-code",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "\\.test\\.tsx?$|^test/" },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};

import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compress } from "./build/compress.ts";
import { firstPaint } from "./build/firstPaint.ts";
import { pageDocuments } from "./build/pageDocuments.ts";
import { sourceTransform } from "./build/sourceTransform.ts";

const server = process.env.TIMELAPSE_SERVER ?? "http://127.0.0.1:8000";

/** What every page needs and only a new version of a library changes: a chunk that browsers keep. */
const VENDOR =
  /node_modules\/(react|react-dom|scheduler|react-relay|relay-runtime|graphql-ws|stylis|wouter|@emotion|@lingui\/core|@mui\/(system|styled-engine|private-theming|utils))\//;
/** What stands around every page, in one chunk: in pieces it is compressed worse. The rest comes on demand. */
const DESIGN = /src\/design\/(?!ConfirmDialog|ActionMenu|PictureFrame)/;
/** Of this, what most pages need is one chunk, too. */
const COMMON = /src\/(lib|relay|shared)\//;

export default defineConfig({
  plugins: [
    firstPaint(),
    pageDocuments(),
    sourceTransform(),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    react(),
    compress(),
  ],
  server: {
    proxy: {
      "/graphql": { target: server, ws: true },
      "/media": server,
      "/admin": server,
      "/static": server,
    },
  },
  // The package's main entry brings the API before hooks along, which can't be shaken off.
  resolve: { alias: [{ find: /^react-relay$/, replacement: "react-relay/hooks" }] },
  build: {
    outDir: "dist",
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "vendor", test: VENDOR },
            { name: "design", test: DESIGN },
            { name: "common", test: COMMON, minShareCount: 9 },
          ],
        },
      },
    },
  },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    // A machine that is busy with other work gets the time it needs; nothing waits for it otherwise.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "pure",
          environment: "node",
          setupFiles: ["./test/english.ts"],
          include: ["src/{lib,languages}/**/*.test.{ts,tsx}"],
        },
      },
      {
        extends: true,
        test: {
          name: "relay",
          environment: "jsdom",
          setupFiles: ["./test/english.ts", "./test/setup.ts"],
          include: ["src/{relay,visits}/**/*.test.{ts,tsx}"],
        },
      },
      {
        extends: true,
        test: {
          name: "page",
          environment: "jsdom",
          // Importing React and MUI and making a DOM for each file takes longer than the tests. What a file leaves
          // behind is found by the random order.
          isolate: false,
          sequence: { shuffle: true },
          setupFiles: ["./test/english.ts", "./test/setup.ts"],
          // Whatever the others leave, so that no test is in none.
          include: ["src/**/*.test.{ts,tsx}"],
          exclude: ["src/{lib,languages,relay,visits}/**"],
        },
      },
    ],
  },
});

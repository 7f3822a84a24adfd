import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compress } from "./build/compress.ts";
import { relayTransform } from "./build/relayTransform.ts";

const server = process.env.TIMELAPSE_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [relayTransform(), react(), compress()],
  server: {
    proxy: {
      "/graphql": { target: server, ws: true },
      "/media": server,
      "/admin": server,
      "/static": server,
    },
  },
  build: { outDir: "dist", sourcemap: false, chunkSizeWarningLimit: 700 },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    // A machine that is busy with other work gets the time it needs; nothing waits for it otherwise.
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "pure", environment: "node", include: ["src/lib/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "relay",
          environment: "jsdom",
          setupFiles: ["./test/setup.ts"],
          include: ["src/relay/**/*.test.ts"],
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
          setupFiles: ["./test/setup.ts"],
          include: ["src/{design,features}/**/*.test.{ts,tsx}"],
        },
      },
    ],
  },
});

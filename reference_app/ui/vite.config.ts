import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { relayTransform } from "./build/relayTransform.ts";

const server = process.env.TIMELAPSE_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [relayTransform(), react()],
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
    environment: "jsdom",
    setupFiles: ["./test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
    restoreMocks: true,
  },
});

import { transformAsync } from "@babel/core";
import type { Plugin } from "vite";

/**
 * Replaces each graphql`…` tag by an import of its compiled artifact.
 * Written here since @rolldown/plugin-babel asks for Node 22 and we promise Node 20; only the few files
 * that hold a tag go through Babel at all.
 */
export function relayTransform(): Plugin {
  return {
    name: "relay-transform",
    enforce: "pre",
    async transform(code, id) {
      const path = id.split("?")[0] ?? id;
      if (!/\.tsx?$/.test(path) || path.includes("node_modules") || !code.includes("graphql`")) return null;
      const result = await transformAsync(code, {
        filename: path,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        plugins: [["relay", { eagerEsModules: true }]],
        parserOpts: { plugins: ["typescript", "jsx"] },
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}

import { transformAsync, type PluginObj } from "@babel/core";
import * as t from "@babel/types";
import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

/** What a file must hold to go through Babel at all. */
const MARKS = ["graphql`", "@lingui/core/macro", "@lingui/react/macro"];

/**
 * Replaces each graphql`…` tag by an import of its compiled artifact, and each text by its message, compiled.
 * Written here since @rolldown/plugin-babel asks for Node 22 and we promise Node 20.
 */
export function sourceTransform(): Plugin {
  return {
    name: "source-transform",
    enforce: "pre",
    async transform(code, id) {
      const path = id.split("?")[0] ?? id;
      if (!/\.tsx?$/.test(path) || path.includes("node_modules")) return null;
      if (!MARKS.some((mark) => code.includes(mark))) return null;
      const result = await transformAsync(code, {
        filename: path,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        plugins: [
          ["relay", { eagerEsModules: true }],
          ["@lingui/babel-plugin-lingui-macro", { stripMessageField: false }],
          compiledMessages,
        ],
        parserOpts: { plugins: path.endsWith("x") ? ["typescript", "jsx"] : ["typescript"] },
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}

/**
 * Compiles the English messages where they stand, as catalogs are compiled. So English needs neither a catalog of its
 * own nor a parser in the browser.
 */
function compiledMessages(): PluginObj {
  return {
    visitor: {
      Program: {
        exit(program) {
          program.traverse({
            ObjectExpression({ node }) {
              if (!node.leadingComments?.some(({ value }) => value.trim() === "i18n")) return;
              for (const property of node.properties)
                if (
                  t.isObjectProperty(property) &&
                  t.isIdentifier(property.key, { name: "message" }) &&
                  t.isStringLiteral(property.value)
                )
                  property.value = t.valueToNode(compileMessageOrThrow(property.value.value));
            },
          });
        },
      },
    },
  };
}

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** The text of an operation in its compiled artifact, and what stands before it. */
const OPERATION = /"id": null,([^]*?"operationKind": [^]*?)"text": ("(?:[^"\\]|\\.)*")/;

/**
 * Takes the text of each operation out of the page, which names it by its hash instead, and writes all of them to
 * `documents.json` for the server. Only for builds: in development the page sends the text.
 */
export function pageDocuments(): Plugin {
  const documents = new Map<string, string>();
  return {
    name: "page-documents",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(".graphql.ts")) return null;
      const found = OPERATION.exec(code);
      if (found?.[1] === undefined || found[2] === undefined) return null;
      const text = JSON.parse(found[2]) as string;
      const hash = createHash("sha256").update(text).digest("hex");
      documents.set(hash, text);
      return {
        code: code.replace(found[0], () => `"id": "${hash}",${found[1] ?? ""}"text": null`),
        map: null,
      };
    },
    generateBundle() {
      if (documents.size === 0) this.error("No operation was found in the compiled artifacts.");
      const source = JSON.stringify(Object.fromEntries([...documents].sort()));
      this.emitFile({ type: "asset", fileName: "documents.json", source });
    },
  };
}

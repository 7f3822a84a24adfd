import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** What the scripts of the first visit may have together as they are sent (brotli), in bytes. */
const BUDGET = 200_000;
/** The pages of a first visit: the form that signs in, and where it leads. */
const FIRST_PAGES = new Set(["SignInPage", "HomePage"]);

/** Writes each script and style of the build compressed beside it, once, so that the server need not do it. */
export function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    writeBundle({ dir = "" }, bundle) {
      const sizes = new Map<string, number>();
      for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
        const content = readFileSync(join(dir, name));
        const small = brotliCompressSync(content);
        writeFileSync(join(dir, `${name}.br`), small);
        writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
        sizes.set(name, small.length);
      }
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const needed = new Set(
        chunks.filter((each) => each.isEntry || FIRST_PAGES.has(each.name)).map((each) => each.fileName),
      );
      for (const name of needed)
        for (const imported of chunks.find((each) => each.fileName === name)?.imports ?? [])
          needed.add(imported);
      const sent = [...needed].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      const figures = `The scripts of the first visit have ${String(sent)} bytes; ${String(BUDGET)} are the budget.`;
      if (sent > BUDGET) this.error(figures);
      this.info(figures);
    },
  };
}

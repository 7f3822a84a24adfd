import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";

/** Fails unless the catalog of each language has exactly the texts of the source, each of them translated. */
const config = getConfig();
const problems = [];
for (const catalog of await getCatalogs(config)) {
  const found = await catalog.collect();
  if (!found) throw new Error("The texts of the source can't be read; the message above says where.");
  for (const locale of config.locales) {
    const known = (await catalog.read(locale)) ?? {};
    for (const [id, { message }] of Object.entries(found))
      if (!(id in known)) problems.push(`${locale}: not extracted: ${message}`);
      else if (!known[id].translation) problems.push(`${locale}: not translated: ${message}`);
    for (const [id, { message }] of Object.entries(known))
      if (!(id in found)) problems.push(`${locale}: no longer in the source: ${message}`);
  }
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  console.error("Run `npm run texts`, then write the translations that src/languages/*.po lacks.");
  process.exitCode = 1;
}

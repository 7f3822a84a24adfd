import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { compileMessageOrThrow, type CompiledMessage } from "@lingui/message-utils/compileMessage";
import { expect, test } from "vitest";

const config = getConfig();
const catalogs = await getCatalogs(config);

/** A placeholder, or the choice between forms by one: its forms are the language's own. */
function parts(message: CompiledMessage | string): string[] {
  if (typeof message === "string") return [...message.matchAll(/<\/?\d+\/?>/g)].map(([tag]) => tag);
  return message.flatMap((token) => {
    if (typeof token === "string") return parts(token);
    const [name, type = "", forms] = token;
    const found = new Set(formsOf(forms).flatMap(([, form]) => parts(form)));
    return [`${name} ${type}`, ...found];
  });
}

function formsOf(forms: unknown): [string, CompiledMessage][] {
  if (typeof forms !== "object" || forms === null) return [];
  return Object.entries(forms as Record<string, CompiledMessage>).filter(([form]) => form !== "offset");
}

/** The forms of each choice of a message by number. */
function choices(message: CompiledMessage | string): string[][] {
  if (typeof message === "string") return [];
  return message.flatMap((token) =>
    typeof token !== "string" && token[1] === "plural" ? [formsOf(token[2]).map(([form]) => form)] : [],
  );
}

test.each(config.locales)(
  "each text in %s keeps its placeholders and has the language's forms",
  async (locale) => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const catalog of catalogs) {
      const texts = Object.values(await catalog.read(locale));
      expect(texts.length).toBeGreaterThan(0);
      for (const { message = "", translation } of texts) {
        const [source, translated] = [compileMessageOrThrow(message), compileMessageOrThrow(translation)];
        expect(parts(translated).sort(), message).toEqual(parts(source).sort());
        for (const forms of choices(translated))
          expect(forms, message).toEqual(expect.arrayContaining(needed));
      }
    }
  },
);

/** The page's languages, each by its own name, and how dates and numbers are written in it. */
export const LANGUAGES = {
  en: { name: "English", locale: "en-GB" },
  de: { name: "Deutsch", locale: "de-DE" },
} as const;

export type Language = keyof typeof LANGUAGES;

/** The language that somebody chose, else the first that their browser prefers and the page has, else English. */
export function languageFor(chosen: string | null, preferred: readonly string[]): Language {
  return [chosen, ...preferred].map((tag) => tag?.split("-")[0] ?? "").find(isLanguage) ?? "en";
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

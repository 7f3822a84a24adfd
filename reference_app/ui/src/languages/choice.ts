import { i18n, type Messages } from "@lingui/core";

import { LANGUAGES, languageFor, type Language } from "./languages.ts";

/** Where the device remembers the language that somebody chose. */
export const LANGUAGE_KEY = "language";

/** The catalogs of what is not in the source. */
const catalogs = { de: () => import("./de.po") };

/** Sets the language before the first render. The page stays English if the catalog can't be fetched. */
export async function startLanguage(): Promise<void> {
  const wanted = languageFor(chosen(), navigator.languages);
  speak("en", {});
  if (wanted === "en") return;
  const catalog = await catalogs[wanted]().catch(() => null);
  if (catalog !== null) speak(wanted, catalog.messages);
}

/** The languages that the page could be in instead. */
export function otherLanguages(): readonly Language[] {
  return (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== i18n.locale);
}

/** Opens the page anew in this language, now and whenever it is opened on this device. */
export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    return; // storage is disabled, so nothing would be remembered
  }
  window.location.reload();
}

/** Speaks a language from now on: texts, dates and numbers. English has its messages in the source. */
export function speak(language: Language, messages: Messages): void {
  i18n.loadAndActivate({ locale: language, locales: LANGUAGES[language].locale, messages });
  if (typeof document !== "undefined") document.documentElement.lang = language;
}

function chosen(): string | null {
  try {
    return localStorage.getItem(LANGUAGE_KEY);
  } catch {
    return null; // storage is disabled
  }
}

/** The text that all of several share, which is said once; empty if they share none. */
export function sharedText(texts: readonly string[]): string {
  const [first = ""] = texts;
  return texts.length > 1 && texts.every((each) => each === first) ? first : "";
}

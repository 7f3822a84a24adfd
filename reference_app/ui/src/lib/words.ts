/** Turns a code name into readable text: "not_started" → "Not started". */
export function humanize(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The number that a text stands for, also with a decimal comma. Null for no text, else the text itself. */
export function typedNumber(text: string): number | string | null {
  const typed = text.trim();
  const value = Number(typed.replace(",", "."));
  if (typed === "") return null;
  return Number.isFinite(value) ? value : typed;
}

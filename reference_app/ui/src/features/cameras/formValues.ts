/** Reads a text field. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Reads a number, also with a decimal comma. Returns text that is no number as it is, and null for no text. */
export function numeric(form: FormData, name: string): number | string | null {
  const typed = text(form, name);
  const value = Number(typed.replace(",", "."));
  if (typed === "") return null;
  return Number.isFinite(value) ? value : typed;
}

/** Reads one value per line and skips empty lines. */
export function linesOf(text: string): string[] {
  return text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The text of a setting of any kind; a list has one value per line. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string").join("\n");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

/** Reads a text field. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Reads a number, also with a decimal comma. Text that is no number goes to the server, which reports the error. */
export function numeric(form: FormData, name: string): number | string | null {
  const typed = text(form, name);
  const value = Number(typed.replace(",", "."));
  if (typed === "") return null;
  return Number.isFinite(value) ? value : typed;
}

/** The text of a text setting. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The texts of a list setting. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The text of a numeric setting. */
export function numberOf(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

/** Reads a text field. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Reads a number, also with a decimal comma; what is none goes to the server as it is, which says so. */
export function numeric(form: FormData, name: string): number | string | null {
  const written = text(form, name);
  const value = Number(written.replace(",", "."));
  if (written === "") return null;
  return Number.isFinite(value) ? value : written;
}

/** Shows a setting that is one text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Shows a setting that is a list of texts. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Shows a setting that is a number. */
export function numberOf(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

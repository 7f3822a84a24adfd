/** A table of the agent's settings. */
export type Table = Readonly<Record<string, unknown>>;

/** Reads a table that the server gives as JSON; null and whatever is none are empty. */
export function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

/** Puts values over a table; empty ones leave it, and an empty table is none: the agent's own counts. */
export function withValues(table: unknown, values: Table): Table | null {
  const merged: Record<string, unknown> = { ...tableOf(table) };
  for (const [key, value] of Object.entries(values)) {
    if (isEmpty(value)) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  return Object.keys(merged).length === 0 ? null : merged;
}

/** Reads one value a line; empty lines are none. */
export function linesOf(text: string): string[] {
  return text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function isEmpty(value: unknown): boolean {
  return value === "" || value === null || (Array.isArray(value) && value.length === 0);
}

/** One table of the agent's settings. */
export type Table = Readonly<Record<string, unknown>>;

/** Reads a table that the server sends as JSON. Null and other types are read as an empty table. */
export function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

/** Merges values into a table. Empty values remove their key. An empty table becomes null: the agent's own applies. */
export function withValues(table: unknown, values: Table): Table | null {
  const merged: Record<string, unknown> = { ...tableOf(table) };
  for (const [key, value] of Object.entries(values)) {
    if (isEmpty(value)) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  return Object.keys(merged).length === 0 ? null : merged;
}

/** Reads one value per line and skips empty lines. */
export function linesOf(text: string): string[] {
  return text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function isEmpty(value: unknown): boolean {
  return value === "" || value === null || (Array.isArray(value) && value.length === 0);
}

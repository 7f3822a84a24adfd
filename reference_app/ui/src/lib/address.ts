/** The parts of an address that its pattern names. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * Compares the path of an address with a pattern such as `/cameras/:id`. Returns what the pattern names, or null if
 * they differ. `*` matches every path.
 */
export function matched(pattern: string, path: string): Parameters | null {
  if (pattern === "*") return {};
  const [wanted, given] = [segments(pattern), segments(path)];
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = decoded(given[index] ?? "");
    if (segment.startsWith(":")) found[segment.slice(1)] = text;
    else if (segment !== text) return null;
  }
  return found;
}

/** Whether a host name leads back to the machine that asks, wherever it is asked. */
export function isOfThisMachine(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** An address that somebody broke names nothing that exists, and is no error. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { typedNumber } from "../../lib/numbers.ts";

/** What was typed or chosen into a field of a kind. What is no number where one is needed is for the server to refuse. */
export function meant(kind: string, value: unknown): unknown {
  if (kind === "DATE_TIME" && value === "") return null;
  const isTyped = (kind === "NUMBER" || kind === "WHOLE_NUMBER") && typeof value === "string";
  return isTyped ? typedNumber(value) : value;
}

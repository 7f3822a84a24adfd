/** What is asked so soon after a click was caused by it: a page that opens asks for its data within that time. */
const CAUSED_WITHIN_MS = 1000;

let click: { readonly trace: string; readonly at: number } | null = null;

/** Gives each click a trace id of its own, from which everything goes on that it causes. (Enter on a button clicks.) */
export function watchClicks(target: EventTarget): void {
  target.addEventListener(
    "click",
    () => {
      click = { trace: hex(16), at: performance.now() };
    },
    { capture: true },
  );
}

/** The W3C `traceparent` of an operation that is sent now: below the click that caused it, or with a trace of its own. */
export function traceparent(): string {
  const caused = click !== null && performance.now() - click.at < CAUSED_WITHIN_MS ? click.trace : null;
  return `00-${caused ?? hex(16)}-${hex(8)}-01`;
}

function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** Requests within this time after a click count as caused by it. A page that opens requests its data within it. */
const CAUSED_WITHIN_MS = 1000;

let click: { readonly trace: string; readonly at: number } | null = null;

/** Gives each click a trace id, which all requests that it causes share. (Enter on a button is a click too.) */
export function watchClicks(target: EventTarget): void {
  target.addEventListener(
    "click",
    () => {
      click = { trace: hex(16), at: performance.now() };
    },
    { capture: true },
  );
}

/** The W3C `traceparent` of an operation that is sent now: in the trace of the click that caused it, or in a new one. */
export function traceparent(): string {
  const caused = click !== null && performance.now() - click.at < CAUSED_WITHIN_MS ? click.trace : null;
  return `00-${caused ?? hex(16)}-${hex(8)}-01`;
}

function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

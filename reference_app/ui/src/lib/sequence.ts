/** What every live message carries: its kind, its number in its subscription, and when the next is due. */
export interface Envelope {
  readonly kind: string;
  readonly seq: number;
  readonly beatSeconds: number;
}

/** True when messages between the last one seen and this one are missing. A snapshot starts the count anew. */
export function hasGap(lastSeq: number | null, message: Envelope): boolean {
  return message.kind !== "SNAPSHOT" && (lastSeq === null || message.seq !== lastSeq + 1);
}

/** How long to wait for the next message before calling the subscription stale, in milliseconds. */
export function staleAfterMs(beatSeconds: number): number {
  return beatSeconds * 2000;
}

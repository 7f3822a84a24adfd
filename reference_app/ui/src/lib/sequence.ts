/** The envelope of every live message: its kind, its sequence number and when the next one is due. */
export interface Envelope {
  readonly kind: string;
  readonly seq: number;
  readonly heartbeatSeconds: number;
}

/** True when messages between the last one and this one are missing. A snapshot restarts the sequence. */
export function hasGap(lastSeq: number | null, message: Envelope): boolean {
  return message.kind !== "SNAPSHOT" && (lastSeq === null || message.seq !== lastSeq + 1);
}

/** How long to wait for the next message before the subscription counts as stale, in milliseconds. */
export function staleAfterMs(heartbeatSeconds: number): number {
  return heartbeatSeconds * 2000;
}

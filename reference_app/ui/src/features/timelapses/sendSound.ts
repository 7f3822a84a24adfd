import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";

import { traceparent } from "../../relay/trace.ts";

/** A sound that the server has checked and stored; movies are asked for by its hash. */
export interface SentSound {
  readonly sha256: string;
  readonly name: string;
  readonly seconds: number;
}

/** Why a file can't be the sound of a movie, and what to do about it. */
export interface SoundRefusal {
  readonly message: string;
  readonly remedy: string;
}

const unreachable = (): SoundRefusal => ({
  message: t`The sound could not be sent.`,
  remedy: t`Check that you are online, then try again.`,
});

/** Sends a file; resolves to the stored sound or the refusal. Rejects only when it is aborted. */
export async function sendSound(file: File, signal: AbortSignal): Promise<SentSound | SoundRefusal> {
  try {
    const response = await fetch(`/media/sounds/?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/octet-stream",
        "Accept-Language": i18n.locale,
        traceparent: traceparent(),
      },
      body: file,
      signal,
    });
    const answer = (await response.json()) as { readonly sound?: SentSound; readonly error?: SoundRefusal };
    return answer.sound ?? answer.error ?? unreachable();
  } catch (error) {
    if (signal.aborted) throw error;
    return unreachable();
  }
}

import { instant } from "../../lib/age.ts";
import { judge, type Judgement } from "../../lib/liveness.ts";
import { isOpen, useConnection } from "../../relay/connection.ts";
import { useServerNow } from "./useServerNow.ts";

/** The fields by which the server describes a pulse, in progress and in cameras alike. */
export interface PulseFields {
  readonly liveness: string;
  readonly beatAt: string | null | undefined;
  readonly nextBy: string | null | undefined;
  readonly graceSeconds: number;
}

/** Judges a pulse anew each second, by what it promised and by the server's clock. */
export function useJudgement({ liveness, beatAt, nextBy, graceSeconds }: PulseFields): Judgement {
  const now = useServerNow();
  const connected = isOpen(useConnection());
  return judge(
    { told: liveness, beatAt: instant(beatAt), nextBy: instant(nextBy), graceMs: graceSeconds * 1000 },
    now,
    connected,
  );
}

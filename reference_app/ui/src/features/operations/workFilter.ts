/** What can be chosen of the list of work, by the values of the schema. */
export const STAGES = {
  underWay: ["WAITING", "RUNNING", "PAUSED"],
  ended: ["SUCCEEDED", "FAILED", "CANCELLED"],
} as const;
export const KINDS = ["MOVIE", "IMPORT_CAPTURES", "RETIME_FRAMES", "THIN_FRAMES", "MEASURE_FRAMES"] as const;
/** The longest search that the server answers, in characters. */
export const LONGEST_SEARCH = 100;

export type Stage = (typeof STAGES)["underWay" | "ended"][number];
export type Kind = (typeof KINDS)[number];

/** Which work is listed. What isn't given limits nothing. */
export interface WorkFilter {
  readonly ended: boolean;
  readonly stages: readonly Stage[] | null;
  readonly kinds: readonly Kind[] | null;
  readonly words: string;
}

/** The filter that an address names after its path. What it doesn't know, it leaves out. */
export function workFilterOf(search: string): WorkFilter {
  const named = new URLSearchParams(search);
  const ended = named.get("show") !== "under-way";
  const [stage, kind] = [named.get("state"), named.get("kind")];
  const stages = STAGES[ended ? "ended" : "underWay"].filter((each) => each.toLowerCase() === stage);
  const kinds = KINDS.filter((each) => each.toLowerCase() === kind);
  return {
    ended,
    stages: stages.length > 0 ? stages : null,
    kinds: kinds.length > 0 ? kinds : null,
    words: (named.get("words") ?? "").slice(0, LONGEST_SEARCH),
  };
}

/** What stands after the path of the address of a filter. */
export function addressOf({ ended, stages, kinds, words }: WorkFilter): Record<string, string> {
  return {
    ...(ended ? {} : { show: "under-way" }),
    ...(stages?.[0] && { state: stages[0].toLowerCase() }),
    ...(kinds?.[0] && { kind: kinds[0].toLowerCase() }),
    ...(words.trim() !== "" && { words }),
  };
}

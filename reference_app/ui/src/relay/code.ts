import { t } from "@lingui/core/macro";

import { RequestFailed } from "./network.ts";

/** Some code of the page can't be fetched. Only loading everything anew fetches it again. */
export class CodeNotFetched extends RequestFailed {
  constructor() {
    super(
      "unreachable",
      t`This page’s code can’t be fetched.`,
      t`Check that you are online, then try again.`,
    );
  }
}

/** Says so when code can't be fetched. */
export async function fetched<T>(code: Promise<T>): Promise<T> {
  try {
    return await code;
  } catch {
    throw new CodeNotFetched();
  }
}

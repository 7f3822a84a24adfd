import type { ReactNode } from "react";

import { matched, type Parameters } from "../lib/address.ts";

/** What stands at an address. */
export interface Route {
  readonly path: string;
  /** Whether the page stands in the frame that all pages of a signed-in user have. */
  readonly framed: boolean;
  /** Starts the page's data, loads its code, and resolves to the page. */
  readonly open: (parameters: Parameters) => Promise<ReactNode>;
}

/** What is shown: a page, and what its frame needs. */
export interface Visit<Frame> {
  readonly path: string;
  readonly frame: Frame | null;
  readonly page: ReactNode;
}

interface Options<Frame> {
  readonly routes: readonly Route[];
  /** Starts the data of the frame. */
  readonly openFrame: () => Frame;
  /** What is shown when the page can't be opened. */
  readonly failed: (error: Error) => ReactNode;
}

/** Opens the page of each address that is visited. The page before stays until the code of the next is there. */
export class Visits<Frame> {
  #current: Visit<Frame> | null = null;
  #latest = 0;
  readonly #listeners = new Set<() => void>();
  readonly #options: Options<Frame>;

  constructor(options: Options<Frame>) {
    this.#options = options;
  }

  readonly get = (): Visit<Frame> | null => this.#current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the page at this path. The frame stays as it is unless `anew`. */
  async open(path: string, anew = false): Promise<void> {
    const number = ++this.#latest;
    const { routes, openFrame, failed } = this.#options;
    const found = routes
      .map((route) => ({ route, parameters: matched(route.path, path) }))
      .find(({ parameters }) => parameters !== null);
    if (found?.parameters == null) throw new Error(`No route leads to ${path}, not even “*”.`);
    const kept = anew ? null : (this.#current?.frame ?? null);
    const frame = found.route.framed ? (kept ?? openFrame()) : null;
    const page = await found.route
      .open(found.parameters)
      .catch((error: unknown) => failed(error instanceof Error ? error : new Error(String(error))));
    if (number !== this.#latest) return; // Another page was asked for meanwhile.
    this.#current = { path, frame, page };
    for (const listener of this.#listeners) listener();
  }

  /** Opens the current page again, with new data. */
  readonly again = async (): Promise<void> => {
    if (this.#current !== null) await this.open(this.#current.path, true);
  };
}

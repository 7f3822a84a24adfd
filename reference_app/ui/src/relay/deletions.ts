import {
  commitLocalUpdate,
  DefaultHandlerProvider,
  Observable,
  type Environment,
  type FetchFunction,
  type EnvironmentConfig,
} from "relay-runtime";

/** More can't be deleted while one request is on its way. */
const MAX_KEPT = 1000;

/**
 * Keeps what was deleted out of the store. An answer to a request that was sent before the deletion may still have
 * the object: it would come back with that answer's few fields, and a page that shows it would miss the others.
 */
export class Deletions {
  #count = 0;
  /** How many were deleted before it, by id; the latest last. */
  readonly #deleted = new Map<string, number>();

  /** Relay's handlers; the one of `@deleteRecord` notes what is deleted. */
  readonly handlerProvider: NonNullable<EnvironmentConfig["handlerProvider"]> = (handle) => {
    const handler = DefaultHandlerProvider(handle);
    if (handle !== "deleteRecord") return handler;
    const update: typeof handler.update = (store, payload) => {
      const ids: unknown = store.get(payload.dataID)?.getValue(payload.fieldKey);
      for (const id of Array.isArray(ids) ? (ids as unknown[]) : [ids])
        if (typeof id === "string") this.#note(id);
      handler.update(store, payload);
    };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Relay's are plain objects
    return { update };
  };

  /** Returns a function that fetches as `fetch` does and deletes again what was deleted since the request was sent. */
  around(fetch: FetchFunction, environment: () => Environment): FetchFunction {
    return (...request) => {
      const sent = this.#count;
      const answer = Observable.from(fetch(...request) as Promise<never>);
      return Observable.create((sink) =>
        answer.subscribe({
          next: (value) => {
            sink.next(value);
            this.#deleteAgain(environment(), sent);
          },
          error: (error: Error) => {
            sink.error(error);
          },
          complete: () => {
            sink.complete();
          },
        }),
      );
    };
  }

  #note(id: string): void {
    this.#deleted.delete(id);
    this.#deleted.set(id, this.#count++);
    const [oldest] = this.#deleted.keys();
    if (this.#deleted.size > MAX_KEPT && oldest !== undefined) this.#deleted.delete(oldest);
  }

  #deleteAgain(environment: Environment, sent: number): void {
    const ids = [...this.#deleted].filter(([, before]) => before >= sent).map(([id]) => id);
    if (ids.length === 0) return;
    commitLocalUpdate(environment, (store) => {
      for (const id of ids) store.delete(id);
    });
  }
}

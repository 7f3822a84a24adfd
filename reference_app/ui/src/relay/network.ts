import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import type { FetchFunction, GraphQLResponse, RequestParameters } from "relay-runtime";

import { readCookie } from "./cookie.ts";
import { observeServerClock } from "./serverClock.ts";
import { session } from "./session.ts";
import { traceparent } from "./trace.ts";

/** What an error of the server says, by `ErrorKind` of its schema; the most important one first. */
export const KINDS = ["SIGNED_OUT", "FAILED", "REFUSED", "ABSENT"] as const;

/** Why a request has no usable answer: the kinds of the server's errors, and no answer at all. */
export type FailureCode = Lowercase<(typeof KINDS)[number]> | "unreachable";

/** A request without a usable answer. The remedy is empty when the message already says what to do. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly code: FailureCode;
  readonly remedy: string;

  constructor(code: FailureCode, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** A GraphQL response. A field that has an error is null in `data`, and so may be what contains it. */
interface Answer {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly kind?: unknown } | undefined;
  }[];
}

/** Sends an operation to /graphql with the session cookie and Django's CSRF token. */
export const fetchGraphQL: FetchFunction = async (request, variables) => {
  const sent = Date.now();
  const asked = session.current();
  const response = await post({ ...documentOf(request), operationName: request.name, variables });
  const date = response.headers.get("Date");
  if (date !== null) observeServerClock({ sent, received: Date.now(), serverDate: Date.parse(date) });
  return readAnswer(response, asked);
};

/** The document of an operation: its text or, in a built page, the hash by which the server knows it. */
export function documentOf({ id, text }: Pick<RequestParameters, "id" | "text">): {
  readonly query: string;
  readonly extensions?: { readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string } };
} {
  if (id == null) return { query: text ?? "" };
  return { query: "", extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
}

/** Whether the server answers now. */
export async function isReachable(): Promise<boolean> {
  try {
    await parse(await post({ query: "{ __typename }" }));
    return true;
  } catch {
    return false;
  }
}

async function post(body: object): Promise<Response> {
  try {
    return await fetch("/graphql", {
      method: "POST",
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        "Accept-Language": i18n.locale,
        "Content-Type": "application/json",
        traceparent: traceparent(),
        "X-CSRFToken": readCookie(document.cookie, "csrftoken") ?? "",
      },
      body: JSON.stringify(body),
    });
  } catch {
    throw new RequestFailed(
      "unreachable",
      t`The server can't be reached.`,
      t`Check that it runs and that you are online, then try again.`,
    );
  }
}

async function readAnswer(response: Response, asked: number): Promise<GraphQLResponse> {
  if (response.status === 403) {
    throw new RequestFailed(
      "refused",
      t`The server refused the request: this page's security token has expired.`,
      t`Reload the page, then try again.`,
    );
  }
  const answer = await parse(response);
  const failure = failureOf(answer, asked);
  if (failure !== null) throw failure;
  return answer as GraphQLResponse;
}

/**
 * The most important error of an answer to a request of the session `asked`; null if it has none. An answer with
 * an error is no answer: the data beside it would show what was refused or failed as if it did not exist.
 */
export function failureOf({ errors = [] }: Answer, asked: number): RequestFailed | null {
  const [first] = errors
    .map(({ message, extensions }) => ({
      message,
      kind: KINDS.find((kind) => kind === extensions?.kind) ?? "FAILED",
    }))
    .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  if (first === undefined) return null;
  const code = first.kind.toLowerCase() as FailureCode;
  if (code === "signed_out") session.end(asked);
  return new RequestFailed(code, first.message, "");
}

async function parse(response: Response): Promise<Answer> {
  const answer = (await response.json().catch(() => null)) as object | null;
  if (answer !== null && ("data" in answer || "errors" in answer)) return answer as Answer;
  throw new RequestFailed(
    "unreachable",
    t`The server answered ${response.status} instead of data.`,
    t`Try again in a moment. If the problem persists, check the server's log.`,
  );
}

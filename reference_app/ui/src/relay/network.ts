import type { FetchFunction, GraphQLResponse } from "relay-runtime";

import { readCookie } from "./cookie.ts";
import { observeServerClock } from "./serverClock.ts";
import { traceparent } from "./trace.ts";

/** Why a request returned no data: no answer, an expired session, or another error of the server. */
export type FailureCode = "unreachable" | "signed_out" | "refused";

/** A request that returned no data. The remedy is empty when the message already says what to do. */
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

/** A GraphQL response. `data` is null or missing when the operation failed as a whole. */
interface Answer {
  readonly data?: object | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: unknown } | undefined;
  }[];
}

/** Sends an operation to /graphql with the session cookie and Django's CSRF token. */
export const fetchGraphQL: FetchFunction = async (request, variables) => {
  const sent = Date.now();
  const response = await post({ query: request.text, operationName: request.name, variables });
  const date = response.headers.get("Date");
  if (date !== null) observeServerClock({ sent, received: Date.now(), serverDate: Date.parse(date) });
  return readAnswer(response);
};

async function post(body: object): Promise<Response> {
  try {
    return await fetch("/graphql", {
      method: "POST",
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        traceparent: traceparent(),
        "X-CSRFToken": readCookie(document.cookie, "csrftoken") ?? "",
      },
      body: JSON.stringify(body),
    });
  } catch {
    throw new RequestFailed(
      "unreachable",
      "The server can't be reached.",
      "Check that it runs and that you are online, then try again.",
    );
  }
}

async function readAnswer(response: Response): Promise<GraphQLResponse> {
  if (response.status === 403) {
    throw new RequestFailed(
      "refused",
      "The server refused the request: this page's security token has expired.",
      "Reload the page, then try again.",
    );
  }
  const answer = await parse(response);
  const failure = failureOf(answer);
  if (failure !== null) throw failure;
  return answer as GraphQLResponse;
}

/** Why an answer has no data. Null when it has some. */
export function failureOf({ data, errors }: Answer): RequestFailed | null {
  const [error] = errors ?? [];
  if (error === undefined || data != null) return null;
  const code = error.extensions?.code === "signed_out" ? "signed_out" : "refused";
  return new RequestFailed(code, error.message, "");
}

async function parse(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch {
    throw new RequestFailed(
      "unreachable",
      `The server answered ${String(response.status)} instead of data.`,
      "Try again in a moment. If the problem persists, check the server's log.",
    );
  }
}

import type { FetchFunction, GraphQLResponse } from "relay-runtime";

import { readCookie } from "./cookie.ts";
import { observeServerClock } from "./serverClock.ts";

/** The server did not answer, or not as GraphQL: the message says which, the remedy what to do. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
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
        "X-CSRFToken": readCookie(document.cookie, "csrftoken") ?? "",
      },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ServerUnreachable(
      "The server can't be reached.",
      "Check that it runs and that you are online, then try again.",
    );
  }
}

async function readAnswer(response: Response): Promise<GraphQLResponse> {
  if (response.status === 403) {
    throw new ServerUnreachable(
      "The server refused the request: this page's security token is out of date.",
      "Reload the page, then try again.",
    );
  }
  try {
    return (await response.json()) as GraphQLResponse;
  } catch {
    throw new ServerUnreachable(
      `The server answered ${String(response.status)} instead of data.`,
      "Try again in a moment; if it stays so, look at the server's log.",
    );
  }
}

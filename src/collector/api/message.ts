/** Requests and answers of the collector without a server around them: what the routes take and give. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(value: unknown): ApiAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: `${JSON.stringify(value)}\n`,
  };
}

export function textAnswer(body: string, type = 'text/plain; charset=utf-8', status = 200): ApiAnswer {
  return { status, headers: { 'content-type': type }, body };
}

/** An RFC 9457 problem document. `type` stays about:blank: title and status say all that a program can act on. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** What the caller can do about it, one sentence. */
    readonly remedy: string,
    readonly headers: Readonly<Record<string, string>> = {}
  ) {
    super(detail);
  }
}

export function problemAnswer({ status, title, detail, remedy, headers }: Problem, instance: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: `${JSON.stringify({ type: 'about:blank', title, status, detail, remedy, instance })}\n`,
  };
}

import type { IncomingHttpHeaders } from 'node:http';

/** What a route is given: the request, already taken apart. */
export interface Call {
  /** The route's name as GitHub's documentation writes it: `GET /user/repos`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** A form or a JSON object; an empty object if there was none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The address without its query, under the base that the caller used; `Link` headers are made from it. */
  readonly address: string;
}

/** What a route gives back; the server writes it, after the faults have had their turn. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One route: its name, and what it does. */
export interface Route {
  readonly on: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** Answers with a page. */
export function html(status: number, page: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
}

/** Sends the browser elsewhere. */
export function redirect(location: string): Answer {
  return { status: 302, headers: { location }, body: '' };
}

const DOCUMENTATION = 'https://docs.github.com/rest';

/** GitHub's usual error body: `message`, `documentation_url`, and the status as a string. */
export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { message, documentation_url: DOCUMENTATION, status: String(status) }, headers);
}

/** GitHub's 422, with the field that it complains about. */
export function invalid(resource: string, field: string, code: string): Answer {
  return json(422, {
    message: 'Validation Failed',
    errors: [{ resource, field, code }],
    documentation_url: DOCUMENTATION,
    status: '422',
  });
}

/** The value of a field of a form or of a JSON body, if it is a string. */
export function field(call: Call, name: string): string | undefined {
  const value = call.body[name];
  return typeof value === 'string' ? value : undefined;
}

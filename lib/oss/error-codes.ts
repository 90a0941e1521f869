/** Every code that an error body can have: what `HttpError` takes, and what the OpenAPI and `docs/errors.md` are made of. */

/** What is known of a code. */
export interface ErrorCodeEntry {
  /** The statuses that it comes with. */
  readonly statuses: readonly number[];
  /** For a person who meets it: what has happened, and what can be done. In Markdown, with names in backticks. */
  readonly meaning: string;
}

/** The codes of an edition. */
export type ErrorCodeTable = Readonly<Record<string, ErrorCodeEntry>>;

/** The codes of the OSS edition, which the editions above have as well. */
export const OSS_ERROR_CODES = {
  bad_request: {
    statuses: [400, 412, 413, 415, 416],
    meaning: 'The server cannot make sense of the request. Check its address, its headers and its body.',
  },
  body_too_large: {
    statuses: [413],
    meaning: 'The body is larger than the server takes. Send less at once.',
  },
  client_left: {
    statuses: [499],
    meaning: 'The client has left before there was an answer, so nobody meets this.',
  },
  conversation_not_found: {
    statuses: [404],
    meaning: 'There is no such conversation, or it has ended. Start a new one.',
  },
  cross_origin: {
    statuses: [403],
    meaning:
      'A page of another origin tried to change something. If the page is yours, add its origin to `PERMITTED_CORS_ORIGINS`.',
  },
  draining: {
    statuses: [503],
    meaning: 'This process is about to end. Ask another one, or wait for the next.',
  },
  forbidden: {
    statuses: [403],
    meaning: 'Only the machine that the server runs on may look. Go there, and use the name `localhost`.',
  },
  github_forbidden: {
    statuses: [403],
    meaning: 'GitHub knows the token, but does not let it do this. Give it the permission that it lacks.',
  },
  github_ip_not_allowed: {
    statuses: [403],
    meaning:
      'The IP allow list of an organization does not have the address of this server. Ask an owner to add it.',
  },
  github_missing_permission: {
    statuses: [403],
    meaning: 'The token lacks a permission, or a scope. Add it to the token, or to the App, at GitHub.',
  },
  github_not_found: {
    statuses: [404],
    meaning: 'GitHub has no such thing, or hides it from this user. Check the name and the access.',
  },
  github_rate_limited: {
    statuses: [429],
    meaning: 'GitHub takes no more requests for now. Wait as long as `Retry-After` says.',
  },
  github_rejected: {
    statuses: [422],
    meaning: 'GitHub cannot work with these parameters. Check them against its documentation.',
  },
  github_sso_required: {
    statuses: [403],
    meaning:
      'An organization asks for single sign-on. Sign in at the address in the message, or authorize the token for it at GitHub.',
  },
  github_suspended: {
    statuses: [403],
    meaning:
      'The account, or the installation of the App, is suspended at GitHub. Ask an owner, or GitHub Support.',
  },
  github_token_required: {
    statuses: [401],
    meaning: 'There is no GitHub token to work with. Save one in the settings, or sign in.',
  },
  github_unavailable: {
    statuses: [503],
    meaning:
      'GitHub is down, slow or out of reach. The token stays good; wait as long as `Retry-After` says.',
  },
  internal_error: {
    statuses: [500],
    meaning: 'The server has failed. Its log says why, under the id that `X-Request-Id` names.',
  },
  invalid_github_token: {
    statuses: [401],
    meaning:
      'GitHub does not know the token: it has expired, or was revoked. Save a new one, or sign in again.',
  },
  malformed_json: {
    statuses: [400],
    meaning: 'The body is not valid JSON. Check how it is written.',
  },
  malformed_path: {
    statuses: [400],
    meaning: 'The address has a part that cannot be decoded. Encode each part with `encodeURIComponent`.',
  },
  method_not_allowed: {
    statuses: [405],
    meaning: 'The address does not take this method. `Allow` lists those that it takes.',
  },
  no_stream: {
    statuses: [503],
    meaning: 'Too many people look at the stack inspector, or the server is about to end. Try again later.',
  },
  not_authenticated: {
    statuses: [401],
    meaning: 'Nobody is signed in. Sign in, or save a GitHub token in the OSS edition.',
  },
  not_found: {
    statuses: [404],
    meaning: 'There is nothing at this address. Check how it is spelled, and whether the feature is set up.',
  },
  not_ready: {
    statuses: [503],
    meaning: 'Something that the server needs does not work. `checks` says what, and the log says why.',
  },
  rate_limit_exceeded: {
    statuses: [429],
    meaning: 'Too many requests. Wait as long as `Retry-After` says; the operator sets `RATE_LIMIT`.',
  },
  request_timeout: {
    statuses: [408],
    meaning: 'The body took too long to arrive. Send it at once, on a new connection.',
  },
  settings_not_found: {
    statuses: [404],
    meaning: 'No settings are stored yet. Store some first.',
  },
  storage_full: {
    statuses: [503],
    meaning: "The server's disk is full, and nothing was stored. The operator has to make room.",
  },
  storage_read_only: {
    statuses: [503],
    meaning: 'The server may not write to its store, and nothing was stored. The operator has to permit it.',
  },
  storage_refused: {
    statuses: [503],
    meaning:
      'The store does not let the server in, or not do this, and nothing was stored. The operator finds the reason in the log.',
  },
  storage_rejected: {
    statuses: [422],
    meaning: 'The store cannot keep what was sent: a character, or a size. Send something else.',
  },
  storage_unavailable: {
    statuses: [503],
    meaning: 'The server cannot reach its store. Wait as long as `Retry-After` says; the log says why.',
  },
  store_busy: {
    statuses: [503],
    meaning: 'Another request holds what this one needs. Try again in a second.',
  },
  unknown_host: {
    statuses: [421],
    meaning:
      'The server does not answer to the name that it was asked by. The operator adds names with `ALLOWED_HOSTS`, or sets `PUBLIC_URL`.',
  },
  unsupported_media_type: {
    statuses: [415],
    meaning: 'The body is of a type or an encoding that is not read here. Send JSON, with a `Content-Type`.',
  },
  validation_error: {
    statuses: [422],
    meaning: 'A field or a parameter has the wrong type or value. `detail` lists each of them.',
  },
} as const satisfies ErrorCodeTable;

/**
 * The tables of all editions, by name. An edition adds its own by declaration merging, so that {@link HttpError} takes
 * its codes:
 *
 * ```ts
 * declare module 'openhands-express' {
 *   interface ErrorCodeTables {
 *     acme: typeof ACME_ERROR_CODES;
 *   }
 * }
 * ```
 */
export interface ErrorCodeTables {
  oss: typeof OSS_ERROR_CODES;
}

/** What an error body has as its `code`: stable, in snake case; clients may branch on it. */
export type ErrorCode = {
  [Edition in keyof ErrorCodeTables]: keyof ErrorCodeTables[Edition] & string;
}[keyof ErrorCodeTables];

import type { ErrorCode } from './error-codes.ts';

/** One complaint about one place in a request, in the shape that the OpenHands client reads. */
export interface ValidationDetail {
  /** Where: `['body', 'max_iterations']`, `['query', 'query']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export interface HttpErrorOptions extends ErrorOptions {
  /** Response headers, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Only for 422. */
  readonly detail?: readonly ValidationDetail[];
}

/**
 * A failure that a client is told about. Made where the fact is known, turned into a response in one place,
 * the error handler. The message is for a person and is sent as it stands: it must hold nothing secret.
 */
export class HttpError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: readonly ValidationDetail[] | undefined;

  /**
   * @param status - one that the table of error codes has for `code`.
   * @param message - a sentence for a person.
   */
  constructor(status: number, code: ErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.detail = options.detail;
  }
}

export interface ConfigurationErrorOptions extends ErrorOptions {
  /** The sentences of the message, where it is about several things, to be shown as a list. */
  readonly complaints?: readonly string[];
}

/** The configuration cannot work. The message is one line that says what to set; the process ends with it. */
export class ConfigurationError extends Error {
  /** What is wrong, each in words of its own. */
  readonly complaints: readonly string[];

  constructor(message: string, options: ConfigurationErrorOptions = {}) {
    super(message, options);
    this.name = 'ConfigurationError';
    this.complaints = options.complaints ?? [message];
  }
}

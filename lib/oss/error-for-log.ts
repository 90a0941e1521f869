import { isError } from './is-error.ts';
/** More than any chain that says something new. */
const MOST_CAUSES = 8;

/** What a log line says of an error. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * An error as it may be logged: name, message, stack and cause, and nothing else, because errors of HTTP clients
 * carry whole requests with their tokens.
 *
 * Nothing that a library makes of its errors may break the log: a trace that is no text, or causes in a circle.
 */
export function errorForLog(error: unknown): LoggedError {
  return loggedError(error, MOST_CAUSES);
}

function loggedError(error: unknown, causes: number): LoggedError {
  if (!isError(error)) return { type: typeof error, message: 'Something that is no Error was thrown.' };
  const { cause, code, message, name, stack } = error as { [Key in keyof Error]: unknown } & {
    code?: unknown;
  };
  return {
    type: String(name),
    message: String(message),
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && { stack }),
    ...(isError(cause) && causes > 0 && { cause: loggedError(cause, causes - 1) }),
  };
}

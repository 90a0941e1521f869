import type { z } from 'zod';
import type { ErrorCode } from '../error-codes.ts';

/** One way to use the server, as the OpenAPI description shows it; every edition lists its own. */
export interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  /** Unique, in camel case: what generated clients name their functions after. */
  readonly id: string;
  /** The heading that it stands under. */
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** Whether it works for somebody who is not signed in. */
  readonly isOpenToAll?: boolean;
  /** The schema that checks the query of a request. */
  readonly query?: z.ZodObject;
  /** The schema that checks the body of a request. */
  readonly body?: NamedSchema;
  /** Headers that a request must have, with what each is. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers by status, but for errors in the common form. */
  readonly responses: Readonly<Record<number, Answer>>;
  /** The codes of the errors in the common form, by status. */
  readonly errors?: ErrorCodes;
  /** Whether a browser is shown a page instead of an error in the common form. */
  readonly showsErrorsAsPage?: boolean;
}

/** A heading, with a sentence about what is below it. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** A schema with the name that it has in the description. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
  /** Zod takes none of a schema that transforms what it is given. */
  readonly example?: unknown;
}

export interface Answer {
  readonly description: string;
  /** Of a JSON answer. */
  readonly body?: NamedSchema;
  /** Of an answer that is not JSON. */
  readonly mediaType?: string;
  /** Names of headers, with what each says; one with `?` behind it is not always there. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Codes of errors by status: `{ 401: ['not_authenticated'] }`. */
export type ErrorCodes = Readonly<Record<number, readonly ErrorCode[]>>;

/** The codes of several lists together. */
export function mergeErrorCodes(...lists: readonly ErrorCodes[]): ErrorCodes {
  const merged: Record<string, ErrorCode[]> = {};
  for (const [status, codes] of lists.flatMap((list) => Object.entries(list))) {
    merged[status] = [...new Set([...(merged[status] ?? []), ...codes])];
  }
  return merged;
}

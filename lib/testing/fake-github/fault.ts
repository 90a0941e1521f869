import type { FakeRefusal } from './refusals.ts';

/** Something that goes wrong at one route. */
export type Fault = {
  /** The route as GitHub's documentation writes it, such as `POST /login/oauth/access_token`; `*` for all of them. */
  readonly on: string;
  /** How many requests meet it; every one unless given. */
  readonly times?: number;
} & (
  | {
      /** GitHub's error body with this status; nothing is done. */
      readonly kind: 'status';
      readonly status: number;
    }
  | {
      /** A page instead of JSON, as from a proxy; nothing is done. 502 unless given. */
      readonly kind: 'html';
      readonly status?: number;
    }
  | {
      /** No body at all; nothing is done. 200 unless given. */
      readonly kind: 'empty';
      readonly status?: number;
    }
  | {
      /** JSON that stops in the middle, though the connection is sound; nothing is done. */
      readonly kind: 'malformed';
    }
  | {
      /**
       * With `retryAfterSeconds` a secondary limit, without it the primary one; 403 unless `status` is 429. `in: 'body'` is
       * a secondary limit that no header tells.
       */
      readonly kind: 'rate-limit';
      readonly status?: 403 | 429;
      readonly retryAfterSeconds?: number;
      readonly in?: 'body';
    }
  | {
      /** A 403 that is no limit, in GitHub's words; `single-sign-on` has the address in `X-GitHub-SSO`. */
      readonly kind: 'refusal';
      readonly reason: FakeRefusal;
    }
  | {
      /** Status 200 and `{ error }`, as GitHub's OAuth endpoints fail; nothing is done. */
      readonly kind: 'oauth-error';
      readonly error: string;
    }
  | {
      /** Status 200 and an error of this type, as GraphQL fails: `RATE_LIMITED`, `INSUFFICIENT_SCOPES`; nothing is done. */
      readonly kind: 'graphql-error';
      readonly type: string;
      readonly message?: string;
    }
  | {
      /** This very answer, JSON unless the body is text; nothing is done. Status 200 unless given. */
      readonly kind: 'answer';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | {
      /** GitHub does its work, and a proxy changes the answer. */
      readonly kind: 'changed';
      /** The `Content-Type`, whatever the body is. */
      readonly contentType?: string;
      /** What comes before the body, such as a byte order mark. */
      readonly prefix?: string;
      /** The fields of a JSON object as a form. */
      readonly asForm?: boolean;
      /** Fields of a JSON object to set. */
      readonly fields?: Readonly<Record<string, unknown>>;
      /** Fields of a JSON object to leave out. */
      readonly without?: readonly string[];
    }
  | {
      /** Status 200, and a body that goes on for as long as the caller reads; nothing is done. */
      readonly kind: 'endless';
    }
  | {
      /** Status 200, and a body that goes on by a few bytes every now and then; nothing is done. */
      readonly kind: 'trickle';
    }
  | {
      /** No answer ever; nothing is done. */
      readonly kind: 'hang';
    }
  | {
      /** The connection breaks before anything is done. */
      readonly kind: 'reset';
    }
  | {
      /** GitHub does its work, and the connection breaks before the answer: a rotated pair that nobody got. */
      readonly kind: 'lost-answer';
    }
  | {
      /** GitHub does its work, and half of the answer arrives. */
      readonly kind: 'truncated';
    }
  | {
      /** GitHub does its work, and answers so many milliseconds later; 1,000 unless given. */
      readonly kind: 'slow';
      readonly delayMs?: number;
    }
);

import { type Answer, type Call, failure, html } from './answer.ts';
import { inFormat, oauthError } from './oauth.ts';

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
      /** With `retryAfterSeconds` a secondary limit, without it the primary one; 403 unless `status` is 429. */
      readonly kind: 'rate-limit';
      readonly status?: 403 | 429;
      readonly retryAfterSeconds?: number;
    }
  | {
      /** Status 200 and `{ error }`, as GitHub's OAuth endpoints fail; nothing is done. */
      readonly kind: 'oauth-error';
      readonly error: string;
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

/** How the connection is treated while an answer is written. */
export type Delivery =
  | { readonly how: 'whole' }
  | { readonly how: 'never' }
  | { readonly how: 'reset' }
  | { readonly how: 'half' }
  | { readonly how: 'late'; readonly delayMs: number };

/** An answer, and what happens to it on its way; there is none when the connection was all that there was. */
export interface Outcome {
  readonly answer: Answer | undefined;
  readonly delivery: Delivery;
}

/** The faults that are switched on. The first that fits a request is met; used-up ones go. */
export class Faults {
  readonly #now: () => number;
  #faults: { readonly fault: Fault; left: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Switches a fault on. */
  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  /** Switches all faults off. */
  clear(): void {
    this.#faults = [];
  }

  /**
   * Runs a route under the fault that it meets, if any.
   *
   * @internal
   */
  async run(call: Call, handle: () => Answer | Promise<Answer>): Promise<Outcome> {
    const fault = this.#take(call.route);
    switch (fault?.kind) {
      case undefined:
        return whole(await handle());
      case 'status':
        return whole(failure(fault.status, 'Something went wrong.'));
      case 'html':
        return whole(html(fault.status ?? 502, '<html><body><h1>Unicorn!</h1></body></html>'));
      case 'empty':
        return whole({ status: fault.status ?? 200, headers: {}, body: '' });
      case 'malformed':
        return whole({
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: '{"login": "octo',
        });
      case 'rate-limit':
        return whole(this.#rateLimited(fault.status ?? 403, fault.retryAfterSeconds));
      case 'oauth-error':
        return whole(inFormat(call, oauthError(fault.error, 'A test has asked for this error.')));
      case 'hang':
        return { answer: undefined, delivery: { how: 'never' } };
      case 'reset':
        return { answer: undefined, delivery: { how: 'reset' } };
      case 'lost-answer':
        return { answer: await handle(), delivery: { how: 'reset' } };
      case 'truncated':
        return { answer: await handle(), delivery: { how: 'half' } };
      case 'slow':
        return { answer: await handle(), delivery: { how: 'late', delayMs: fault.delayMs ?? 1_000 } };
    }
  }

  #take(route: string): Fault | undefined {
    const met = this.#faults.find(({ fault: { on } }) => on === '*' || on === route);
    if (met === undefined) return undefined;
    met.left--;
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    return met.fault;
  }

  #rateLimited(status: number, retryAfterSeconds: number | undefined): Answer {
    return retryAfterSeconds === undefined
      ? failure(status, 'API rate limit exceeded.', {
          'x-ratelimit-limit': '5000',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(this.#now() / 1000) + 3_600),
        })
      : failure(status, 'You have exceeded a secondary rate limit.', {
          'retry-after': String(retryAfterSeconds),
        });
  }
}

function whole(answer: Answer): Outcome {
  return { answer, delivery: { how: 'whole' } };
}

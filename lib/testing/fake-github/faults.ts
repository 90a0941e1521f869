import { type Answer, type Call, failure, html, json } from './answer.ts';
import { changed } from './changed-answer.ts';
import type { Fault } from './fault.ts';
import { inFormat, oauthError } from './oauth.ts';
import { refused } from './refusals.ts';

/** How the connection is treated while an answer is written. */
export type Delivery =
  | { readonly how: 'whole' }
  | { readonly how: 'never' }
  | { readonly how: 'reset' }
  | { readonly how: 'half' }
  | { readonly how: 'late'; readonly delayMs: number }
  | { readonly how: 'endless' }
  | { readonly how: 'trickle' };

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
        return whole(this.#rateLimited(fault));
      case 'refusal':
        return whole(refused(fault.reason, new URL(call.address).origin));
      case 'oauth-error':
        return whole(inFormat(call, oauthError(fault.error, 'A test has asked for this error.')));
      case 'graphql-error': {
        const { type, message = 'A test has asked for this error.' } = fault;
        return whole(json(200, { data: null, errors: [{ type, message }] }));
      }
      case 'answer':
        return whole(exactly(fault));
      case 'changed':
        return whole(changed(await handle(), fault));
      case 'endless':
      case 'trickle':
        return { answer: json(200, {}), delivery: { how: fault.kind } };
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

  #rateLimited({ status = 403, retryAfterSeconds, in: place }: Fault & { kind: 'rate-limit' }): Answer {
    if (place === undefined && retryAfterSeconds === undefined) {
      return failure(status, 'API rate limit exceeded.', {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(this.#now() / 1000) + 3_600),
      });
    }
    const headers = place === 'body' ? {} : { 'retry-after': String(retryAfterSeconds) };
    return failure(
      status,
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      headers,
    );
  }
}

function exactly({ status = 200, headers = {}, body = '' }: Fault & { kind: 'answer' }): Answer {
  return typeof body === 'string' ? { status, headers, body } : json(status, body, headers);
}

function whole(answer: Answer): Outcome {
  return { answer, delivery: { how: 'whole' } };
}

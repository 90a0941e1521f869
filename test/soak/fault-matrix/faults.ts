/** What GitHub does wrong in the fault matrix, and when. */
import type { Fault } from '../../../lib/testing/index.ts';

/** How long the server under test waits for GitHub: far longer than a busy machine keeps it waiting by itself. */
export const TIMEOUT_MS = 1_000;

type Wrong = Fault extends infer One ? (One extends Fault ? Omit<One, 'on' | 'times'> : never) : never;

/** By the name that the table gives them. */
export const FAULTS = {
  'status 400': { kind: 'status', status: 400 },
  'status 401': { kind: 'status', status: 401 },
  'status 403': { kind: 'status', status: 403 },
  'status 429': { kind: 'status', status: 429 },
  'status 500': { kind: 'status', status: 500 },
  'status 502': { kind: 'status', status: 502 },
  'a limit in its body': { kind: 'rate-limit', in: 'body' },
  'a refusal': { kind: 'refusal', reason: 'single-sign-on' },
  'no such App': { kind: 'answer', status: 404, body: { error: 'Not Found' } },
  'a way elsewhere': { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
  'an HTML page': { kind: 'html' },
  'an empty body': { kind: 'empty' },
  'JSON cut short': { kind: 'malformed' },
  'an endless body': { kind: 'endless' },
  'a trickle': { kind: 'trickle' },
  'good, as text': { kind: 'changed', contentType: 'text/plain' },
  'good, as a form': { kind: 'changed', asForm: true },
  'good, after a BOM': { kind: 'changed', prefix: '\ufeff' },
  'good, lifetimes 0': { kind: 'changed', fields: { expires_in: 0, refresh_token_expires_in: null } },
  'half an answer': { kind: 'truncated' },
  'a reset': { kind: 'reset' },
  'a reset, its work done': { kind: 'lost-answer' },
  silence: { kind: 'hang' },
  'a slow answer': { kind: 'slow', delayMs: 100 },
  // Who is busy itself waits twice as long.
  'an answer too late': { kind: 'slow', delayMs: TIMEOUT_MS * 4 },
} as const satisfies Record<string, Wrong>;

export type FaultName = keyof typeof FAULTS;

/** GitHub has done its work, and the answer does not arrive: what it held, nobody will ever have. */
export const LOST: ReadonlySet<FaultName> = new Set([
  'half an answer',
  'a reset, its work done',
  'an answer too late',
]);

/** Which of the requests that a step sends meets the fault. */
export const OCCASIONS = ['the first time', 'the second time', 'every time'] as const;

export type Occasion = (typeof OCCASIONS)[number];

/** The rounds of a cell, counted from 0, before which the fault is switched on, and how many requests it lasts. */
export function switchingOn(occasion: Occasion): { readonly before: number; readonly times?: number } {
  switch (occasion) {
    case 'the first time':
      return { before: 0, times: 1 };
    case 'the second time':
      return { before: 1, times: 1 };
    case 'every time':
      return { before: 0 };
  }
}

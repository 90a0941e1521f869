import assert from 'node:assert/strict';
import type { RequestHandler } from 'express';
import type { Declaration } from '../../../lib/compose.ts';
import { type Ask, type Doings, watchHandler } from './watch-handler.ts';

/** What a declaration says, in the form in which a handler is watched. */
function said({ writes = [], updates = [], headers = [], ends = [], fails = [] }: Declaration): Doings {
  return {
    keys: [...writes, ...updates].sort(),
    headers: headers.map((header) => header.toLowerCase()).sort(),
    ends: [...ends].sort(),
    fails: [...fails].sort(),
  };
}

/** A test that real middleware does over HTTP what its ready declaration says, and nothing else. */
export function shows(
  declaration: Declaration,
  handlers: readonly RequestHandler[],
  asks: readonly Ask[],
  front: readonly RequestHandler[] = [],
): void {
  it(`say of ${declaration.name} what it does`, async () => {
    assert.deepEqual(await watchHandler(handlers, asks, front), said(declaration));
  });
}

/** A GET of a path. */
export const get =
  (path = '/', headers: Record<string, string> = {}): Ask =>
  (agent) =>
    agent.get(path).set(headers);

/** A POST of a text. */
export const post =
  (type: string, text: string | Buffer, encoding = 'identity'): Ask =>
  (agent) =>
    agent.post('/').set('Content-Type', type).set('Content-Encoding', encoding).send(text);

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import fc from 'fast-check';
import { compose, TRACING_CHANNEL } from '../../../lib/compose.ts';
import { handlersOf, nameOf, type Script, scripts } from './arbitrary-handlers.ts';
import { referenceRunner } from './reference-runner.ts';

/** So many turns of the event loop are enough for eight handlers with three steps each. */
const TURNS = 40;

type Runner = (handlers: ReturnType<typeof handlersOf>) => RequestHandler;

/** What happens when a request goes through the handlers, in order. */
async function traceOf(all: readonly Script[], runner: Runner): Promise<string[]> {
  const trace: string[] = [];
  const run = runner(handlersOf(all, trace));
  const out = (signal?: unknown): number =>
    trace.push(signal === undefined ? 'out' : `out with ${nameOf(signal)}`);
  void run({ method: 'GET', url: '/' } as Request, { writableEnded: false } as Response, out);
  for (let count = 0; count < TURNS; count++) await turn();
  return trace;
}

const runners: Record<string, Runner> = {
  composed: (handlers) => compose({ only: handlers }) as RequestHandler,
  'composed, and timed throughout': (handlers) =>
    compose({ only: handlers }, { timing: 'all' }) as RequestHandler,
};

describe('For whatever handlers, a request', () => {
  for (const [how, runner] of Object.entries(runners)) {
    it(`${how}, goes the way that the reference model says, each thing in its turn`, async () => {
      await fc.assert(
        fc.asyncProperty(scripts, async (all) => {
          assert.deepEqual(await traceOf(all, runner), await traceOf(all, referenceRunner));
        }),
      );
    });
  }

  it('goes the same way while somebody listens to the tracing channel', async () => {
    const listen = (): void => undefined;
    const event = `tracing:${TRACING_CHANNEL}:start`;
    subscribe(event, listen);
    try {
      await fc.assert(
        fc.asyncProperty(scripts, async (all) => {
          assert.deepEqual(await traceOf(all, runners.composed!), await traceOf(all, referenceRunner));
        }),
      );
    } finally {
      unsubscribe(event, listen);
    }
  });
});

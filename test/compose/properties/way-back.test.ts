/** Random layers that act on the way back, on random paths and with an early end, beside the rule as it is written down. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fc from 'fast-check';
import { compose } from '../../../lib/compose.ts';
import { runsOf } from '../../runs-of.ts';
import { orderOf, pass } from '../pass.ts';
import { serving } from '../serving.ts';

interface Declared {
  readonly name: string;
  readonly rank: number;
  readonly path: string | undefined;
  /** What it does with the request. */
  readonly does: 'pass' | 'end' | 'fail';
  readonly hooks: readonly ('beforeHeaders' | 'afterResponse')[];
  /** How a hook of it goes wrong. */
  readonly fails: boolean;
  readonly after: readonly string[];
  readonly readsAfter: readonly string[];
  readonly writes: readonly string[];
}

const KEYS = ['visitor', 'tenant'];
const declarations: fc.Arbitrary<readonly Declared[]> = fc
  .array(
    fc.record({
      rank: fc.nat(2),
      path: fc.constantFrom(undefined, undefined, '/a', '/b'),
      does: fc.constantFrom(
        'pass' as const,
        'pass' as const,
        'pass' as const,
        'end' as const,
        'fail' as const,
      ),
      hooks: fc.subarray(['beforeHeaders', 'afterResponse'] as const),
      fails: fc.boolean(),
      after: fc.uniqueArray(fc.nat(7), { maxLength: 2 }),
      readsAfter: fc.subarray(KEYS),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    all.map((one, index): Declared => ({
      ...one,
      name: `m${index}`,
      after: one.after.filter((other) => other < index).map((other) => `m${other}`),
      // Each key has one writer, which stands further in than most.
      writes: KEYS.filter((_, key) => all.length - 1 - key === index),
    })),
  );

/** Which hooks are called on a request, in what order; by the rule, without the engine. */
function expected(all: readonly Declared[], order: readonly string[], path: string): string[] {
  const byName = new Map(all.map((one) => [one.name, one]));
  const met: Declared[] = [];
  let end: Declared['does'] = 'pass';
  for (const name of order) {
    const one = byName.get(name);
    if (one === undefined || end !== 'pass' || (one.path !== undefined && one.path !== path)) continue;
    met.push(one);
    end = one.does;
  }
  const acting = [0, 1, 2].flatMap((rank) => met.filter((one) => one.rank === rank).reverse());
  return (['beforeHeaders', 'afterResponse'] as const).flatMap((hook) =>
    acting.filter(({ hooks }) => hooks.includes(hook)).map(({ name }) => `${hook} of ${name}`),
  );
}

function stackOf(all: readonly Declared[], called: string[], shuffle: number | undefined) {
  const member = ({ name, does, hooks, fails, rank: _, path, ...declaration }: Declared) =>
    pass(
      name,
      {
        ...declaration,
        ...(path !== undefined && { path }),
        ...Object.fromEntries(
          hooks.map((hook) => [
            hook,
            () => {
              called.push(`${hook} of ${name}`);
              if (fails) throw new Error(name);
            },
          ]),
        ),
      },
      (_req, res, next) => {
        if (does === 'end') res.end();
        else next(does === 'fail' ? new Error(name) : undefined);
      },
    );
  const layers = Object.fromEntries(
    [0, 1, 2].map((rank) => [`layer-${rank}`, all.filter((one) => one.rank === rank).map(member)]),
  );
  return compose(layers, { shuffle, onConflict: 'record', log: { warn: () => undefined } });
}

describe('Those who act on the way back', () => {
  it('are those that the request has come to, each once, the higher layer last, whoever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        declarations,
        fc.constantFrom('/a', '/b', '/c'),
        fc.option(fc.nat(), { nil: undefined }),
        async (all, path, shuffle) => {
          const called: string[] = [];
          const stack = stackOf(all, called, shuffle);
          const app = express().set('env', 'test');
          app.use((_req, res, next) => {
            // Behind all others: the hooks of one response run one after the other.
            res.once('close', () => setImmediate(() => app.emit('done')));
            next();
          });
          app.use(stack, (_req, res) => void res.end());
          const done = once(app, 'done');
          await serving(app, async (server) => {
            await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`).then((it) =>
              it.text(),
            );
            await done;
          });
          assert.deepEqual(called, expected(all, orderOf(stack), path));
        },
      ),
      { numRuns: runsOf(150) },
    );
  });

  it('stand where they would stand if they read nothing then', () => {
    fc.assert(
      fc.property(declarations, fc.option(fc.nat(), { nil: undefined }), (all, shuffle) => {
        const without = all.map((one) => ({ ...one, readsAfter: [] }));
        assert.deepEqual(orderOf(stackOf(all, [], shuffle)), orderOf(stackOf(without, [], shuffle)));
        assert.deepEqual(stackOf(all, [], shuffle).wayBack, stackOf(without, [], shuffle).wayBack);
      }),
      { numRuns: runsOf(300) },
    );
  });
});

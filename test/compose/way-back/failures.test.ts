import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { RequestHandler, Response } from 'express';
import { compose, type WayBack } from '../../../lib/compose.ts';
import { pass } from '../pass.ts';
import { serve } from '../serve.ts';

import '../state-keys.ts';

/** What `log.warn` has been called with. */
type Line = readonly [details: { readonly err?: unknown }, message: string];

/** Ways to answer `behind`, each with a length that Node or Express finds out, or with none. */
const ROUTES: Readonly<Record<string, RequestHandler>> = {
  send: (_req, res) => void res.send('behind'),
  end: (_req, res) => void res.type('text').end('behind'),
  pieces: (_req, res) => {
    res.type('text').write('beh');
    res.end('ind');
  },
};

async function answered(hooks: WayBack, onConflict: 'record' | 'error', { route = ROUTES.send } = {}) {
  const lines: Line[] = [];
  const others: string[] = [];
  const witness = (name: string) =>
    pass(name, {
      beforeHeaders: (_req, res: Response) => {
        others.push(`headers of ${name}`);
        res.set(`X-${name}`, 'yes');
      },
      afterResponse: () => void others.push(`response of ${name}`),
    });
  const layers = { base: [witness('in')], middle: [pass('broken', hooks)], top: [witness('out')] };
  const log = { warn: (details: object, message: string) => void lines.push([details, message]) };
  const served = await serve(compose(layers, { onConflict, log }), '/', route);
  // What an afterResponse does comes behind the answer.
  while (others.length < 4) await setTimeout(1);
  await setTimeout(5);
  return { ...served, lines, others };
}

for (const onConflict of ['record', 'error'] as const) {
  describe(`A hook that goes wrong (onConflict: ${onConflict})`, () => {
    const FAILURES: Readonly<Record<string, WayBack>> = {
      'a beforeHeaders that throws': {
        beforeHeaders: () => {
          throw new Error('no header');
        },
      },
      'an afterResponse that throws': {
        afterResponse: () => {
          throw new Error('no log');
        },
      },
      'an afterResponse that is rejected': { afterResponse: () => Promise.reject(new Error('no log')) },
      'a hook that throws nothing at all': {
        beforeHeaders: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless handler may do
          throw undefined;
        },
      },
    };
    for (const [what, hooks] of Object.entries(FAILURES)) {
      it(`${what} loses no answer, keeps nobody else from acting, and is logged each time as S310`, async () => {
        const { response, stack, lines, others } = await answered(hooks, onConflict);
        assert.deepEqual(
          [response.status, response.text, response.get('X-In'), response.get('X-Out')],
          [200, 'behind', 'yes', 'yes'],
        );
        assert.deepEqual(others, ['headers of in', 'headers of out', 'response of in', 'response of out']);
        assert.deepEqual(
          stack.conflicts.map(({ id, middlewares }) => [id, ...middlewares]),
          [['S310', 'broken']],
        );
        assert.equal(lines.length, 1);
        const [[details, message] = []] = lines;
        assert.ok(details?.err instanceof Error);
        assert.match(
          message ?? '',
          /^S310 broken fails on the way back; the answer goes out all the same\. See /,
        );
        const { wayBack } = stack.entries.find(({ name }) => name === 'broken')!;
        assert.ok([wayBack?.beforeHeaders, wayBack?.afterResponse].includes('failed'));
      });
    }

    it('a beforeHeaders that returns a promise has not been waited for: S311; its rejection is S310', async () => {
      const hooks = { beforeHeaders: () => Promise.reject(new Error('no header')) };
      const { response, stack } = await answered(hooks, onConflict);
      assert.deepEqual([response.status, response.get('X-Out')], [200, 'yes']);
      assert.deepEqual(
        stack.conflicts.map(({ id }) => id),
        ['S311', 'S310'],
      );
    });

    const ANSWERS: Readonly<Record<string, (res: Response) => unknown>> = {
      'by writeHead': (res) => res.writeHead(418),
      'by flushHeaders': (res) => res.flushHeaders(),
      'by a piece': (res) => res.write('hook'),
      'by end': (res) => res.end('hook'),
      'by json': (res) => res.json({ from: 'hook' }),
    };
    for (const [how, answer] of Object.entries(ANSWERS)) {
      it(`a beforeHeaders that answers itself ${how} cannot: S310, and the answer goes out whole`, async () => {
        const hooks: WayBack = { beforeHeaders: (_req, res) => void answer(res) };
        for (const route of Object.values(ROUTES)) {
          const { response, stack, others } = await answered(hooks, onConflict, { route });
          assert.deepEqual(
            [response.status, response.text, response.get('X-In'), response.get('X-Out')],
            [200, 'behind', 'yes', 'yes'],
          );
          assert.deepEqual(
            stack.conflicts.map(({ id, middlewares }) => [id, ...middlewares]),
            [['S310', 'broken']],
          );
          assert.deepEqual(others, ['headers of in', 'headers of out', 'response of in', 'response of out']);
        }
      });
    }

    const STATUSES: Readonly<Record<string, (res: Response) => unknown>> = {
      'a status that is none': (res) => (res.statusCode = 9),
      'no status': (res) => (res.statusCode = undefined as unknown as number),
      'a message of two lines': (res) => (res.statusMessage = 'one\ntwo'),
    };
    for (const [what, set] of Object.entries(STATUSES)) {
      it(`a beforeHeaders that sets ${what}, which Node refuses, is S310, and the answer keeps its own`, async () => {
        const hooks: WayBack = { beforeHeaders: (_req, res) => void set(res) };
        const { response, stack } = await answered(hooks, onConflict);
        assert.deepEqual([response.status, response.text, response.get('X-Out')], [200, 'behind', 'yes']);
        assert.deepEqual(
          stack.conflicts.map(({ id, middlewares }) => [id, ...middlewares]),
          [['S310', 'broken']],
        );
      });
    }
  });
}

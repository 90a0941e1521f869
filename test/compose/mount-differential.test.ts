/** Whatever the request target, a middleware with a `mount` finds what it finds behind `app.use(path, …)`. */
import assert from 'node:assert/strict';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import fc from 'fast-check';
import { compose, type LayerMember, wrap } from '../../lib/compose.ts';
import { runsOf, someOf } from '../runs-of.ts';
import { anyTarget, FIXED_TARGETS, PATHS } from './odd-targets.ts';
import { RawClient } from './raw-client.ts';
import { serving } from './serving.ts';

type Saw = string[];

const places = Object.entries(PATHS);
const shown = ({ url, baseUrl, originalUrl, path, app }: Request): string =>
  JSON.stringify([url, baseUrl, originalUrl, path, app.get('name')]);

/** What stands at a place and goes on: at once, later, by `req.next`, from a router, from an app, or with an error. */
const kinds: readonly ((name: string, saw: (line: string) => void) => RequestHandler)[] = [
  (name, saw) => (req, _res, next) => {
    saw(`${name} ${shown(req)}`);
    next();
  },
  (name, saw) => async (req, _res, next) => {
    saw(`${name} ${shown(req)}`);
    await Promise.resolve();
    next();
  },
  (name, saw) => (req) => {
    saw(`${name} ${shown(req)}`);
    req.next!();
  },
  (name, saw) =>
    express.Router().use((req, _res, next) => {
      saw(`${name} ${shown(req)}`);
      next();
    }),
  (name, saw) =>
    express()
      .set('name', name)
      .use((req, _res, next) => {
        saw(`${name} ${shown(req)}`);
        next();
      }),
];

const fail: RequestHandler = () => {
  throw new Error('for the error handlers');
};

const handles =
  (name: string, saw: (line: string) => void): ErrorRequestHandler =>
  (error, req, _res, next) => {
    saw(`${name}, with an error ${shown(req)}`);
    next(error);
  };

const answer =
  (saw: (line: string) => void): ErrorRequestHandler =>
  (_error, req, res, _next) => {
    saw(`behind ${shown(req)}`);
    res.send('behind');
  };

const kindOf = (index: number) => kinds[index % kinds.length]!;

function composed(saw: (line: string) => void): RequestHandler {
  const members: LayerMember[] = [
    places.map(([name, mount], index) => wrap(kindOf(index)(name, saw), { name, mount })),
    fail,
    places.map(([name, mount]) => wrap(handles(name, saw), { name: `${name}, with an error`, mount })),
    answer(saw),
  ];
  return compose({ only: members }) as RequestHandler;
}

function appOf(isCaseSensitive: boolean, use: (app: Express) => void): Express {
  const app = express().set('name', 'outer');
  if (isCaseSensitive) app.enable('case sensitive routing');
  use(app);
  return app;
}

for (const isCaseSensitive of [false, true]) {
  describe(`Mounted in an app where the case ${isCaseSensitive ? 'counts' : 'is all the same'}, a middleware`, function () {
    this.timeout(600_000);

    it('finds the url, base url and app that it finds behind app.use, and leaves them as it does', async () => {
      let saw: Saw = [];
      const note = (line: string) => void saw.push(line);
      const stacked = appOf(isCaseSensitive, (app) => app.use(composed(note)));
      const used = appOf(isCaseSensitive, (app) => {
        places.forEach(([name, path], index) => app.use(path as string[], kindOf(index)(name, note)));
        app.use(fail);
        for (const [name, path] of places) app.use(path as string[], handles(name, note));
        app.use(answer(note));
      });
      const counts = new Map<string, number>();

      const ask = async (client: RawClient, target: string): Promise<Saw> => {
        saw = [];
        await client.ask('GET', target);
        return saw;
      };
      await serving(stacked, async (stackedServer) => {
        await serving(used, async (usedServer) => {
          const [one, other] = [new RawClient(stackedServer), new RawClient(usedServer)];
          const check = async (target: string): Promise<void> => {
            const found = await ask(one, target);
            const expected = await ask(other, target);
            // Express calls nobody where it cannot read the path; in a stack what has no place runs.
            if (expected.length === 0) assert.ok(found.every((line) => line.startsWith('behind ')));
            else assert.deepEqual(found, expected, JSON.stringify(target));
            for (const line of expected) {
              const name = /^.*?(?= \[)/.exec(line)?.[0] ?? '';
              counts.set(name, (counts.get(name) ?? 0) + 1);
            }
          };
          for (const target of someOf(FIXED_TARGETS)) await check(target);
          await fc.assert(fc.asyncProperty(anyTarget, check), { numRuns: runsOf(400) });
        });
      });
      const met = places.filter(([name]) => (counts.get(`${name}, with an error`) ?? 0) > 3);
      // Not all in any case, and no client sends letters that are not of ASCII.
      assert.ok(met.length >= 8, met.map(([name]) => name).join(', '));
    });
  });
}

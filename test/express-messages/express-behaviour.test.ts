import assert from 'node:assert/strict';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type express from 'express';
import type { Express } from 'express';
import { messageClassesFor } from '../../lib/express-messages/index.ts';
import { answersOf, type Asked } from './answer-of.ts';
import { appOfEverything, REQUESTS } from './app-of-everything.ts';
import { EXPRESS_VERSIONS } from './express-versions.ts';

/** Gives an app its classes, or, for the ordinary server beside it, does nothing. */
type Give = (app: Express) => ServerOptions;

/** Where the app may stand when it gets its classes; each gives a server's options and its listener. */
const PLACES: Readonly<
  Record<string, (make: typeof express, give: Give) => [ServerOptions, RequestListener]>
> = {
  'alone, given classes when it is made': (make, give) => {
    const app = appOfEverything(make);
    return [give(app), app];
  },
  'alone, given classes twice': (make, give) => {
    const app = appOfEverything(make);
    give(app);
    return [give(app), app];
  },
  'mounted in a host that has classes': (make, give) => {
    const host = make().set('env', 'test').set('trust proxy', true);
    const options = give(host);
    return [options, host.use('/host', appOfEverything(make))];
  },
  'mounted in a host that gets classes afterwards': (make, give) => {
    const host = make().set('env', 'test').use('/host', appOfEverything(make));
    return [give(host), host];
  },
  'given classes, and then mounted in a host with classes': (make, give) => {
    const app = appOfEverything(make);
    give(app);
    const host = make().set('env', 'test');
    return [give(host), host.use('/host', app)];
  },
  'mounted in a host, and then given classes': (make, give) => {
    const app = appOfEverything(make);
    const host = make().set('env', 'test').use('/host', app);
    give(app);
    return [give(host), host];
  },
  'given classes, and reached by a server without': (make, give) => {
    const app = appOfEverything(make);
    give(app);
    return [{}, app];
  },
  'called by its handle': (make, give) => {
    const app = appOfEverything(make) as Express & { handle: (...args: unknown[]) => void };
    return [
      give(app),
      (req, res) => {
        app.handle(req, res, (error: unknown) => res.end(`out of the app: ${String(error)}`));
      },
    ];
  },
  'called by a router that Express knows nothing of': (make, give) => {
    const app = appOfEverything(make);
    const router = make.Router().use('/host', app) as unknown as (
      req: unknown,
      res: unknown,
      next: () => void,
    ) => void;
    return [
      give(app),
      (req, res) => {
        router(req, res, () => res.end('out of the router'));
      },
    ];
  },
};

/** Straight, and below where the hosts have the app. */
const ASKED: readonly Asked[] = [
  ...REQUESTS,
  ...REQUESTS.map((asked) => ({ ...asked, path: `/host${asked.path}` })),
];

for (const { version, express } of EXPRESS_VERSIONS) {
  describe(`An app of ${version} answers as with an ordinary server`, () => {
    for (const [place, build] of Object.entries(PLACES)) {
      it(place, async () => {
        const ordinary = await answersOf(createServer(...build(express, () => ({}))), ASKED);
        const own = await answersOf(createServer(...build(express, messageClassesFor)), ASKED);
        for (const [index, asked] of ASKED.entries()) {
          assert.deepEqual(own[index], ordinary[index], JSON.stringify(asked));
        }
        assert.ok(own.some(({ body }) => body.includes('"app":true,"each_other":true,"prototypes":true')));
      });
    }
  });
}

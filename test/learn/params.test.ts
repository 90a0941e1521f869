import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { Request } from 'express';
import { learn, type LearnReport } from '../../lib/learn/index.ts';
import { readRequests } from '../../lib/learn/requests-file.ts';
import { sendRequests } from '../../lib/learn/send-requests.ts';
import { EXPRESSES, type ExpressName, watchedExpress } from './fresh-express.ts';

type Loose = Request & { team?: unknown; user?: unknown };

async function reportOn(name: ExpressName): Promise<LearnReport> {
  const copy = watchedExpress(name);
  const app = copy();
  app.set('env', 'test');
  const teams = copy.Router();
  app.use('/teams', teams);
  teams.param('id', (req: Loose, res, next, id: string) => {
    if (id === 'broken') throw Object.assign(new Error('no such team'), { status: 404 });
    if (id === 'closed') next(Object.assign(new Error('closed'), { status: 403 }));
    else {
      req.team = [id, req.user];
      res.set('x-team', id);
      next();
    }
  });
  teams.param('id', function owner(_req, _res, next) {
    next();
  });
  teams.use('/:id', function signIn(req: Loose, _res, next) {
    req.user = 1;
    next();
  });
  teams.get('/:id', (req: Loose, res) => void res.json(req.team));
  app.param(['team'], (_req, _res, next) => next());
  app.get('/of/:team', (req, res) => void res.send(req.params.team));
  const requests = ['/teams/a', '/teams/broken', '/teams/closed', '/of/b'].map((path) => `GET ${path}`);
  return learn(app).during(() =>
    sendRequests(app as RequestListener, readRequests('a.http', requests.join('\n###\n'))),
  );
}

for (const name of EXPRESSES) {
  describe(`A callback of router.param with ${name}`, () => {
    let report: LearnReport;
    before(async () => {
      report = await reportOn(name);
    });

    it('has its own reads, writes, headers and failures, and stands where it was registered', () => {
      const [app] = report.apps ?? [];
      assert.deepEqual(
        app?.handlers.map(({ name, requests, reads, writes, headers, failures }) => [
          name,
          requests,
          reads,
          writes,
          headers.filter((header) => header.startsWith('x-')),
          failures,
        ]),
        [
          ['param :id', 3, ['req.user'], ['req.team'], ['x-team'], 2],
          ['param :id', 1, [], [], [], 0],
          ['signIn', 1, [], ['req.user'], [], 0],
          ['GET /teams/:id', 1, ['req.team'], [], [], 0],
          ['param :team', 1, [], [], [], 0],
          ['GET /of/:team', 1, [], [], [], 0],
        ],
      );
      assert.ok(app.handlers.every(({ at }) => /params\.test\.ts:\d+$/.test(at)));
    });

    it('is named where it reads what is written behind it', () => {
      const found = report.findings.map(({ id, middlewares }) => [id, ...middlewares].join(' '));
      assert.deepEqual(found, ['L102 param :id signIn']);
    });
  });
}

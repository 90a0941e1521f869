import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import express, { type Express, Router } from 'express';
import request from 'supertest';
import { compose, composeRoutes, type StackOutline } from '../../lib/compose.ts';
import {
  type Inspector,
  inspector,
  type InspectorOptions,
  type InspectorOutline,
} from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { Site } from './watching.ts';

import '../compose/state-keys.ts';

const SECRET = 'ghp_0000000000000000000000000000000000secret';

/** Two layers that disagree, a guard that ends some requests, one that fails, and one that takes its time. */
function layers() {
  return {
    oss: [
      pass('locale', { writes: ['locale'] }, (req, _res, next) => {
        req.state.locale = 'de';
        next();
      }),
      pass('visitor', { writes: ['visitor'] }, (req, _res, next) => {
        req.state.visitor = SECRET;
        next();
      }),
      pass('guard', { path: '/closed', ends: [403] }, (_req, res) => void res.status(403).send(SECRET)),
      pass('breaks', { path: '/broken' }, (_req, _res, next) => next(new Error(SECRET))),
      pass('innermost', { reads: ['locale'] }),
    ],
    enterprise: [
      pass('tenant', { writes: ['tenant'] }, (req, _res, next) => {
        req.state.tenant = SECRET;
        next();
      }),
    ],
  };
}

function stackOf() {
  return compose(layers(), {
    exclusive: { owner: ['visitor', 'tenant'] },
    reads: ['tenant'],
    onConflict: 'record',
  });
}

describe('The stack inspector', () => {
  let inspecting: Inspector;
  let app: Express;
  let site: Site | undefined;
  /** Answers the request to `/slow` that is on its way. */
  let answerSlow: () => void;

  function mount(options: InspectorOptions = {}): void {
    const stack = stackOf();
    inspecting = inspector(stack, options);
    app = express();
    app.use('/stack', inspecting);
    app.use(stack);
    app.get('/slow', (_req, res) => (answerSlow = () => void res.send('slow')));
    app.use((req, res) => void res.send(`hello ${String(req.state.tenant !== undefined)}`));
    app.use(((_error, _req, res, _next) => void res.status(500).send('no')) as express.ErrorRequestHandler);
  }

  async function open(options: InspectorOptions = {}): Promise<Site> {
    mount(options);
    return (site = await Site.open(app));
  }

  afterEach(async () => {
    inspecting.close();
    await site?.close();
    site = undefined;
  });

  describe('as a page', () => {
    it('is complete, from this server alone, and under a policy without anything inline', async () => {
      mount();
      const page = await request(app)
        .get('/stack/')
        .expect(200)
        .expect('Content-Type', /^text\/html/);
      const policy = page.get('Content-Security-Policy')!;
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.doesNotMatch(page.text, /\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|https?:/);
      const files = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => file!);
      // In the package each of the last two has a hash in its name.
      assert.match(files.join(' '), /^\.\/icon\.svg \S+\/style\S*\.css \S+\/main\S*\.js$/);
      for (const file of files) await request(app).get(`/stack/${file}`).expect(200);
    });

    it('leads from the address of the mount to the one with a slash, and to no other host', async () => {
      mount();
      await request(app).get('/stack').expect(308).expect('Location', './stack/');
      app.use(inspecting);
      const elsewhere = await request(app).get('//evil.example/..').expect(200);
      assert.equal(elsewhere.get('Location'), undefined);
    });

    it('serves no file but its own', async () => {
      mount();
      for (const path of ['/stack/../inspector.ts', '/stack/..%2finspector.ts', '/stack/wire.d.ts']) {
        assert.match((await request(app).get(path)).text, /^hello/, 'falls through to the host');
      }
    });

    it('answers nothing but GET and HEAD', async () => {
      mount();
      assert.match((await request(app).post('/stack/outline')).text, /^hello/);
      await request(app).head('/stack/').expect(200);
    });
  });

  describe('about the plan', () => {
    it('tells the outline of the stack', async () => {
      mount();
      const { body } = await request(app).get('/stack/outline').expect(200);
      const outline = body as StackOutline;
      assert.deepEqual(outline.layers, ['enterprise', 'oss']);
      assert.deepEqual(
        outline.plan.map(({ name }) => name),
        ['tenant', 'locale', 'visitor', 'guard', 'breaks', 'innermost'],
      );
      assert.deepEqual((body as InspectorOutline).routes, []);
    });

    it('tells the plan of the routes that it is given, and what is wrong with them', async () => {
      const users = () => Router().get('/users', (_req, res) => void res.send('users'));
      const routes = composeRoutes({ base: [users()], acme: [users()] });
      mount({ routes });
      const { body } = await request(app).get('/stack/outline').expect(200);
      const outline = body as InspectorOutline;
      assert.deepEqual(outline.routes, JSON.parse(JSON.stringify(routes.plan)));
      assert.equal(outline.routes[1]?.hiddenBy, 'GET /users (acme)');
      assert.deepEqual(
        outline.diagnostics.map(({ id }) => id).filter((id) => id === 'S221'),
        ['S221'],
      );
    });
  });

  describe('about requests', () => {
    it('tells of one who did what, how long it took, and what conflicted', async () => {
      await open();
      const seen = site!.sees(({ path, outcome }) => path === '/a' && outcome === 'answered');
      await fetch(`${site!.url}/a?code=${SECRET}`);
      const { steps, routes, conflicts, ...facts } = await seen;
      assert.equal(facts.method, 'GET');
      assert.equal(facts.status, 200);
      assert.ok(facts.duration >= 0);
      assert.deepEqual(
        steps.map(({ outcome, reads, writes }) => [outcome, reads.join(), writes.join()]),
        [
          ['next', '', 'tenant'],
          ['next', '', 'locale'],
          ['next', '', 'visitor'],
          ['passed', '', ''],
          ['passed', '', ''],
          ['next', '', ''],
        ],
      );
      assert.ok(steps[0]!.duration! >= 0);
      assert.equal(steps[3]!.duration, undefined);
      assert.deepEqual([routes.outcome, routes.reads], ['reached', ['tenant']]);
      assert.ok(routes.duration! >= 0);
      assert.deepEqual(
        conflicts.map(({ id, key, middlewares }) => [id, key, middlewares]),
        [['S302', 'visitor', ['visitor', 'tenant']]],
      );
    });

    it('never tells a value, a query, a body or an error', async () => {
      await open();
      const seen = site!.sees(({ path, outcome }) => path === '/last' && outcome === 'answered');
      await fetch(`${site!.url}/closed?token=${SECRET}`, { headers: { authorization: SECRET } });
      await fetch(`${site!.url}/broken`, { method: 'POST', body: SECRET });
      await fetch(`${site!.url}/last`);
      await seen;
      const everything = await site!.watch().next();
      assert.doesNotMatch(JSON.stringify(everything), new RegExp(SECRET));
      assert.equal(everything.value.records.length, 3);
    });

    it('shows of an address what the host wants shown', async () => {
      await open({ pathOf: (req) => req.path.replace(/[^/]+$/, '…') });
      await fetch(`${site!.url}/invitation/${SECRET}`);
      assert.equal((await site!.sees(() => true)).path, '/invitation/…');
    });

    it('leaves the name and password of a whole URL out', async () => {
      await open();
      await new Promise((resolve) => {
        const target = `http://ada:${SECRET}@127.0.0.1/whole?a=b`;
        httpRequest(site!.url, { path: target }, (res) => res.resume().on('end', resolve)).end();
      });
      assert.equal((await site!.sees(() => true)).path, '/whole');
    });

    it('shows where a response ended early, and who never saw the request', async () => {
      await open();
      await fetch(`${site!.url}/closed`);
      const { status, steps, routes } = await site!.sees(({ path }) => path === '/closed');
      assert.equal(status, 403);
      assert.deepEqual(
        steps.map(({ outcome }) => outcome),
        ['next', 'next', 'next', 'ended', 'skipped', 'skipped'],
      );
      assert.equal(routes.outcome, 'unreached');
    });

    it('shows who made the error that left the stack, and that no route saw the request', async () => {
      await open();
      await fetch(`${site!.url}/broken`);
      const { status, steps, routes } = await site!.sees(({ path }) => path === '/broken');
      assert.equal(status, 500);
      assert.deepEqual(
        steps.map(({ outcome }) => outcome),
        ['next', 'next', 'next', 'passed', 'error', 'skipped'],
      );
      assert.equal(routes.outcome, 'failed');
    });

    it('tells of a request that is on its way, and again when it is answered', async () => {
      await open();
      const seen = site!.sees(({ outcome }) => outcome === 'pending');
      const answered = fetch(`${site!.url}/slow`);
      assert.equal((await seen).status, undefined);
      answerSlow();
      await answered;
      assert.equal((await site!.sees(({ outcome }) => outcome === 'answered')).status, 200);
    });

    it('tells of a client that went away', async () => {
      await open();
      const leaving = new AbortController();
      const seen = site!.sees(({ outcome }) => outcome === 'pending');
      const answer = fetch(`${site!.url}/slow`, { signal: leaving.signal });
      await seen;
      leaving.abort();
      await assert.rejects(answer);
      assert.equal((await site!.sees(({ outcome }) => outcome === 'aborted')).status, undefined);
    });

    it('keeps the last ones, as many as it is told', async () => {
      await open({ keep: 2 });
      for (const path of ['/1', '/2', '/3']) await fetch(`${site!.url}${path}`);
      await site!.sees(({ path, outcome }) => path === '/3' && outcome === 'answered');
      assert.deepEqual(await site!.kept(), ['/2', '/3']);
    });

    it('leaves its own requests out, even when it is mounted behind the stack', async () => {
      const stack = stackOf();
      inspecting = inspector(stack);
      app = express();
      app.use(stack);
      app.use('/stack', inspecting);
      app.use((_req, res) => void res.send('hello'));
      site = await Site.open(app);
      await fetch(`${site.url}/stack/outline`);
      await fetch(`${site.url}/other`);
      await site.sees(({ path, outcome }) => path === '/other' && outcome === 'answered');
      assert.deepEqual(await site.kept(), ['/other']);
    });
  });

  describe('when it is closed', () => {
    it('ends the streams, takes no new ones, and lets go of the stack', async () => {
      const { url } = await open();
      const events = site!.watch();
      await events.next();
      inspecting.close();
      for await (const { name } of events) assert.equal(name, 'complete', 'nothing comes after the end');
      assert.equal((await fetch(`${url}/stack/events`)).status, 503);
      await fetch(`${url}/a`);
    });
  });

  it('refuses to keep nothing', () => {
    mount();
    assert.throws(() => inspector(stackOf(), { keep: 0 }), /keep must be a whole number above 0/);
    assert.throws(() => inspector(stackOf(), { keepBytes: 0.5 }), /keepBytes must be a whole number above 0/);
  });
});

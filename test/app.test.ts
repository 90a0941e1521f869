import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import supertest from 'supertest';
import {
  defineMiddleware,
  type Layers,
  openhands,
  type OpenHandsApp,
  ServerConfig,
  type ServerConfigOptions,
  StackError,
} from '../lib/index.ts';
import { FakeGitHub } from '../lib/testing/index.ts';

describe('openhands(), mounted in a host app', () => {
  let directory: string;
  let github: FakeGitHub;
  let mounted: OpenHandsApp | undefined;

  async function mount(options: ServerConfigOptions = {}): Promise<OpenHandsApp> {
    return (mounted = await openhands({
      ...options,
      env: {
        FILE_STORE_PATH: directory,
        ...github.environment,
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'silent',
        ...options.env,
      },
      stack: { onConflict: 'error' },
    }));
  }

  /** A host with routes of its own behind the edition, and an error handler of its own. */
  function host(app: OpenHandsApp, prefix = '/'): Express {
    const theirs = express();
    theirs.use((_req, res, next) => {
      res.set('X-Host', 'theirs');
      next();
    });
    theirs.use(prefix, app);
    theirs.get('/api/conversations', (req, res) => {
      res.json({
        token: req.state.github_token?.toString() ?? null,
        language: req.state.settings?.language ?? null,
        order: req.stack.order,
      });
    });
    theirs.get('/page', (_req, res) => res.send('the page of the host'));
    theirs.get('/api/broken', () => {
      throw new Error('the fault of the host');
    });
    const onError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
      res.status(500).send(`the host says: ${error.message}`);
    };
    return theirs.use(onError);
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mounted-'));
    github = await FakeGitHub.listen();
  });
  afterEach(async () => {
    await mounted?.close();
    await github.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('answers its own routes, behind the middleware of the host', async () => {
    const request = supertest(host(await mount()));
    await request.get('/api/options/config').expect(200).expect('X-Host', 'theirs');
    await request.get('/health').expect(200, '"OK"');
  });

  it('lets the routes of the host read the state and the story of the request', async () => {
    const app = await mount();
    const request = supertest(host(app));
    await request
      .post('/api/settings')
      .send({ language: 'de', github_token: github.addPersonalAccessToken('octocat') })
      .expect(200);
    const { body } = await request.get('/api/conversations').expect(200);
    assert.equal(body.token, '**********');
    assert.equal(body.language, 'de');
    assert.deepEqual(
      body.order,
      app.stack.plan.map(({ name }) => name),
    );
  });

  it('leaves every other address to the host', async () => {
    const request = supertest(host(await mount()));
    await request.get('/page').expect(200, 'the page of the host');
    const { text } = await request.get('/nothing').expect(404);
    assert.match(text, /Cannot GET \/nothing/);
  });

  it('leaves the pages of the host their own policy, and serves no page', async () => {
    const request = supertest(host(await mount()));
    const { headers } = await request.get('/page');
    assert.equal(headers['content-security-policy'], undefined);
    await request.get('/').expect(404);
  });

  it('serves its page when asked to', async () => {
    const request = supertest(host(await mount({ page: true })));
    const { text } = await request.get('/').expect(200);
    assert.match(text, /<!doctype html>/i);
    await request.get('/page').expect(200, 'the page of the host');
  });

  it('answers its own errors as JSON, and leaves those of the host to the host', async () => {
    const request = supertest(host(await mount()));
    const { body } = await request.get('/api/settings').expect(404);
    assert.equal(body.code, 'settings_not_found');
    await request.delete('/api/settings').expect(405);
    await request.get('/api/broken').expect(500, 'the host says: the fault of the host');
  });

  it('works below a prefix', async () => {
    const request = supertest(host(await mount({ page: true }), '/openhands'));
    await request.post('/openhands/api/settings').send({ language: 'en' }).expect(200);
    const { body } = await request.get('/openhands/api/settings').expect(200);
    assert.equal(body.language, 'en');
    await request.get('/openhands').expect(301).expect('Location', '/openhands/');
    await request.get('/openhands/app.js').expect(200);
    await request.get('/api/settings').expect(404, /Cannot GET/);
  });

  it('goes by the proxies that the host trusts', async () => {
    const theirs = express()
      .set('trust proxy', 1)
      .use(await mount({ env: { RATE_LIMIT: '1/hour' } }));
    const request = supertest(theirs);
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      await request.get('/api/options/config').set('X-Forwarded-For', address).expect(200);
    }
  });

  it('attaches requests to the conversations of the host', async () => {
    const events: string[] = [];
    const app = await mount({
      conversationManager: {
        attachToConversation: (id) => Promise.resolve(id === 'a b' ? { id } : undefined),
        detachFromConversation: (conversation) => {
          events.push(`detached ${JSON.stringify(conversation)}`);
          return Promise.resolve();
        },
      },
    });
    const theirs = express().use(app);
    theirs.get('/api/conversations/:id/files', (req, res) => res.json(req.state.conversation));
    theirs.get('/api/conversations/:id', (req, res) => res.json({ attached: 'conversation' in req.state }));
    const request = supertest(theirs);
    await request.get('/api/conversations/a%20b/files').expect(200, { id: 'a b' });
    assert.deepEqual(events, ['detached {"id":"a b"}']);
    const { body } = await request.get('/api/conversations/c/files').expect(404);
    assert.deepEqual(body, { error: 'Session not found', code: 'conversation_not_found' });
    await request.get('/api/conversations/%ff/files').expect(400);
    assert.equal(events.length, 1);
  });

  it('does not start when its host is strict about a warning that the stack has', async () => {
    class Closed extends ServerConfig {
      override layers(): Layers {
        const gate = defineMiddleware({
          name: 'gate',
          ends: [503],
          handle: (_req, res) => res.sendStatus(503),
        });
        return { ...super.layers(), host: [gate] };
      }
    }
    const env = { FILE_STORE_PATH: directory, ...github.environment, LOG_LEVEL: 'silent' };
    const config = new Closed({ env, stack: { strict: ['S205'] } });
    const isRaised = ({ message }: Error) => /error S205 [^]* gate \(host\) with 503/.test(message);
    await assert.rejects(openhands(config), (error) => error instanceof StackError && isRaised(error));
    await config.close();
  });

  it('does not start when its edition gives routers by a name that nothing asks for', async () => {
    class Acme extends ServerConfig {
      routers() {
        return [];
      }
    }
    const config = new Acme({ env: { FILE_STORE_PATH: directory, LOG_LEVEL: 'silent' } });
    await assert.rejects(
      openhands(config),
      /^ConfigurationError: Acme has routers\(\), .* name it routes\(\)/,
    );
    await config.close();
  });
});
